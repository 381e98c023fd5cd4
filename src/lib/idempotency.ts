import { z } from "zod";

/**
 * What a change is to be known by. What one shopper sends again with the same key and hash is done once, and answered
 * again for 24 hours; a key with another hash is refused. Without a key each request is one of its own.
 */
export type RequestKey = {
  /** 1 to 255 visible ASCII characters. */
  idempotencyKey: string;
  /** SHA-256, in hexadecimal, of all that was asked. */
  bodyHash: string;
};

/** The key was used for something else. Nothing was done. */
export class IdempotencyMismatch extends Error {
  override readonly name = "IdempotencyMismatch";
}

const MismatchSchema = z.object({ outcome: z.literal("idempotency_mismatch") });

/** Throws `IdempotencyMismatch` where this is what the database says. */
export function refuseMismatch(answer: unknown): void {
  if (MismatchSchema.safeParse(answer).success) throw new IdempotencyMismatch();
}
