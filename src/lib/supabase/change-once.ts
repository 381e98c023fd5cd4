import { z } from "zod";
import { type RequestKey, refuseMismatch } from "../idempotency";
import { callFunction } from "./call-function";
import type { Database, Json } from "./database.types";
import { type Attempts, IF_IDEMPOTENT } from "./repeat";

type Functions = Database["public"]["Functions"];

/** What `admin_once` knows. */
type Change =
  | "admin_release_reservation"
  | "admin_save_product"
  | "admin_save_variant"
  | "admin_save_picture"
  | "admin_adjust_stock"
  | "admin_set_safety_stock"
  | "admin_import_stock"
  | "admin_save_settings"
  | "admin_repair_stock"
  | "cancel_order"
  | "mark_shipped"
  | "decide_restock"
  | "retry_refund";

/** Who of those who operate the shop changes something, and by which key the change is known. */
export type Acting = { adminId: string; key?: RequestKey | undefined };

/**
 * Calls a function by which an admin changes something; with a key, once for that key. Throws `IdempotencyMismatch`,
 * and what `callFunction` throws.
 */
export async function changeOnce<Name extends Change, Answer>(
  name: Name,
  args: Functions[Name]["Args"],
  schema: z.ZodType<Answer>,
  { adminId, key }: Acting,
  attempts?: Attempts,
): Promise<Answer> {
  if (!key) return callFunction(name, args, schema, attempts);
  const once = {
    p_change: name,
    p_args: args as unknown as Json,
    p_admin_id: adminId,
    p_idempotency_key: key.idempotencyKey,
    p_body_hash: key.bodyHash,
  };
  const answer = await callFunction("admin_once", once, z.unknown(), IF_IDEMPOTENT);
  refuseMismatch(answer);
  return schema.parse(answer);
}
