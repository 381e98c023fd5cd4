import { z } from "zod";
import type { OrderAnswer } from "@/contracts/orders";
import { ProblemError } from "../http/problem";
import { type Acting, changeOnce } from "../supabase/change-once";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { readOrder } from "./get-order";
import { serverNow } from "./sql-answers";

const AnswerSchema = z.object({
  outcome: z.enum(["shipped", "already", "not_shippable", "not_found"]),
  serverNow,
});

/** Says that an order was sent off, and tells the shopper. Safe to repeat. Throws the problems of its refusals. */
export async function shipOrder(
  orderId: string,
  tracking: string | undefined,
  by: Acting,
): Promise<OrderAnswer> {
  const args = { p_order_id: orderId, ...(tracking !== undefined && { p_tracking: tracking }) };
  const { outcome, serverNow } = await changeOnce("mark_shipped", args, AnswerSchema, by, IF_IDEMPOTENT);
  if (outcome === "not_found") throw new ProblemError("order_not_found", { serverNow });
  if (outcome === "not_shippable") throw new ProblemError("not_shippable", { serverNow });
  return readOrder(orderId);
}
