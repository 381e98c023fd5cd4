import { z } from "zod";
import { IdempotencyMismatch, type RequestKey } from "../idempotency";
import { callFunction } from "../supabase/call-function";
import type { Database } from "../supabase/database.types";
import { IF_IDEMPOTENT } from "../supabase/repeat";

type Functions = Database["public"]["Functions"];
type Change = "set_reservation_quantity" | "extend_reservations" | "release_reservations";

const MismatchSchema = z.object({ outcome: z.literal("idempotency_mismatch") });

/** Changes holds of one shopper, once for a key. Throws `IdempotencyMismatch`, and what `callFunction` throws. */
export async function changeHolds<Name extends Change, Answer>(
  name: Name,
  args: Functions[Name]["Args"],
  schema: z.ZodType<Answer>,
  key?: RequestKey,
): Promise<Answer> {
  const known = key && { p_idempotency_key: key.idempotencyKey, p_body_hash: key.bodyHash };
  const answer = await callFunction(name, { ...args, ...known }, z.unknown(), IF_IDEMPOTENT);
  refuseMismatch(answer);
  return schema.parse(answer);
}

/** Throws `IdempotencyMismatch` where this is what the database says. */
export function refuseMismatch(answer: unknown): void {
  if (MismatchSchema.safeParse(answer).success) throw new IdempotencyMismatch();
}
