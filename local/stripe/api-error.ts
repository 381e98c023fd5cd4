/** What Stripe says in `error`: https://docs.stripe.com/api/errors. */
export type ErrorBody = {
  type: "invalid_request_error" | "idempotency_error" | "api_error" | "card_error";
  message: string;
  code?: string;
  param?: string;
};

/** A refusal as Stripe would word it, with the status that it would answer. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.status = status;
    this.body = body;
  }

  /**
   * Stripe keeps the answer of a key once the endpoint has begun; a request that never got so far, because its
   * parameters, its key or its address were wrong, may be corrected and sent again with the same key.
   */
  get isBeforeBeginning(): boolean {
    const { code = "" } = this.body;
    return this.status === 401 || code.startsWith("parameter_") || code === "url_unknown";
  }
}

/** A request that cannot be served as it is: 400. */
export function invalid(message: string, more: { code?: string; param?: string } = {}): ApiError {
  return new ApiError(400, { type: "invalid_request_error", message, ...more });
}

export function noSuch(what: string, id: string, param: string): ApiError {
  const message = `No such ${what}: '${id}'`;
  return new ApiError(404, { type: "invalid_request_error", code: "resource_missing", message, param });
}
