/** The auth service cannot answer now. Nobody is taken for a stranger because of that: the request is refused. */
export class AuthUnavailable extends Error {
  override readonly name = "AuthUnavailable";
}

type Failure = { name: string; message: string; status?: number | undefined };

/** Throws where the failure says nothing about the user: no answer, an answer of a gateway, or too many questions. */
export function throwIfUnavailable({ name, message, status = 0 }: Failure): void {
  if (name === "AuthRetryableFetchError" || status >= 500 || status === 429)
    throw new AuthUnavailable(message);
}

/** The auth service will have nothing to do with this e-mail address. */
export function isUnusableAddress({ code }: { code?: string | undefined }): boolean {
  return code === "email_address_invalid" || code === "validation_failed";
}
