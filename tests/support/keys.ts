import { createHash, randomUUID } from "node:crypto";

/** What a request is to be known by, as the web server would say it. */
export type Keyed = { idempotencyKey: string; bodyHash: string };

/** A key of its own, for a body of its own. */
export const newKey = (body = "body", idempotencyKey: string = randomUUID()): Keyed => ({
  idempotencyKey,
  bodyHash: createHash("sha256").update(body).digest("hex"),
});

/** The same key, for something else. */
export const forOther = ({ idempotencyKey }: Keyed): Keyed => newKey("another body", idempotencyKey);
