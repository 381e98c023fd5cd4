import Stripe from "stripe";
import { logError } from "../log";

/** Stripe gave no answer that says what happened: down, too slow, busy, or it does not know our key. Repeating is safe. */
export class StripeUnavailable extends Error {
  override readonly name = "StripeUnavailable";
}

/** Stripe understood and said no. The `code` is Stripe's own. */
export class StripeRefused extends Error {
  override readonly name = "StripeRefused";
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** Asks Stripe; its errors become the two above. Whatever else is thrown is a bug of ours. */
export async function askStripe<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw toOurs(error);
  }
}

function toOurs(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const { type, statusCode = 0, code = type, message } = error;
  // 409: the same key is being worked on at this moment, by another process of ours.
  const isRefusal = statusCode >= 400 && statusCode < 500 && ![401, 403, 409, 429].includes(statusCode);
  if (isRefusal) return new StripeRefused(message, code);
  logError("stripe_unavailable", { message, code, status: statusCode, stripeRequestId: error.requestId });
  return new StripeUnavailable(message, { cause: error });
}
