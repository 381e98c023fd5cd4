/**
 * Every code that a problem answer may carry, with its status and title. Stable: clients branch on the code.
 * docs/error-codes.md explains each.
 */
export const PROBLEMS = {
  validation_failed: [400, "The request is not of the shape that this route takes"],
  malformed_json: [400, "The body is not JSON"],
  sign_in_refused: [401, "These do not sign anybody in"],
  sign_in_required: [401, "Sign in first"],
  cron_secret_required: [401, "This needs the secret of the scheduler"],
  foreign_origin: [403, "The request comes from another site"],
  sign_up_closed: [403, "The shop takes no new accounts"],
  sign_in_again: [403, "Sign in again first: this needs a session that is fresh"],
  admin_only: [403, "Only an admin of the shop may do this"],
  route_not_found: [404, "There is no such route"],
  product_not_found: [404, "There is no such product"],
  variant_not_found: [404, "There is no such variant for sale"],
  reservation_not_found: [404, "There is no such reservation of yours"],
  insufficient_stock: [409, "Not enough units are available"],
  limit_reached: [409, "A limit of the shop is reached"],
  extension_limit: [409, "The hold cannot be extended any further"],
  hold_expired: [409, "The hold ended, and its units cannot be held again now"],
  reservation_ended: [409, "The hold was given back or sold"],
  payment_open: [409, "A payment for the hold is open"],
  bulk_refused: [409, "Nothing of the whole could be done"],
  body_too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "The body has to be application/json"],
  idempotency_mismatch: [422, "The Idempotency-Key was used for another request"],
  weak_password: [422, "The password is too easy to guess"],
  too_many_attempts: [429, "Too many attempts for this address"],
  too_many_requests: [429, "Too many in a short time"],
  internal_error: [500, "Something went wrong on our side"],
  not_implemented: [501, "Not possible yet"],
  auth_unavailable: [503, "Nobody can be signed in or recognised right now"],
  server_busy: [503, "Too many are asking at once"],
  database_unavailable: [503, "The shop cannot answer right now"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;
