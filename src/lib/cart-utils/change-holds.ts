import { z } from "zod";
import { type RequestKey, refuseMismatch } from "../idempotency";
import { callFunction } from "../supabase/call-function";
import type { Database } from "../supabase/database.types";
import { IF_IDEMPOTENT } from "../supabase/repeat";

type Functions = Database["public"]["Functions"];
type Change = "set_reservation_quantity" | "extend_reservations" | "release_reservations";

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
