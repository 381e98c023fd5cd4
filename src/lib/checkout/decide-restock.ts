import { z } from "zod";
import type { OrderAnswer, Refund, RestockBody } from "@/contracts/orders";
import { ProblemError } from "../http/problem";
import { type Acting, changeOnce } from "../supabase/change-once";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { readOrder } from "./get-order";
import { serverNow } from "./sql-answers";

const AnswerSchema = z.object({
  outcome: z.enum(["decided", "already", "exceeds", "not_found"]),
  serverNow,
});

/**
 * Decides once whether the units of a refund's line go back on the shelf; of a refund of money alone, how many units
 * came back with it. Safe to repeat with the same decision. Throws the problems of its refusals.
 */
export async function decideRestock(
  orderId: string,
  { refundId, orderLineId, restock, quantity }: RestockBody,
  by: Acting,
): Promise<OrderAnswer> {
  const before = await readOrder(orderId);
  const isHere = before.order.refunds.some((refund) => refund.refundId === refundId.toLowerCase());
  if (!isHere) throw new ProblemError("refund_not_found", { serverNow: before.serverNow });
  const args = {
    p_refund_id: refundId,
    p_order_line_id: orderLineId,
    p_restock: restock,
    ...(quantity !== undefined && { p_quantity: quantity }),
  };
  const { outcome, serverNow } = await changeOnce("decide_restock", args, AnswerSchema, by, IF_IDEMPOTENT);
  if (outcome === "not_found") throw new ProblemError("refund_not_found", { serverNow });
  if (outcome === "exceeds") throw new ProblemError("refund_exceeds", { serverNow });
  const answer = await readOrder(orderId);
  const line = lineOf(answer, refundId, orderLineId);
  const isAsWanted = line?.restock === (restock ? "restocked" : "kept_out");
  if (!isAsWanted || (quantity ?? line.quantity) !== line.quantity) {
    throw new ProblemError("restock_decided", { serverNow: answer.serverNow });
  }
  return answer;
}

function lineOf(
  { order }: OrderAnswer,
  refundId: string,
  orderLineId: string,
): Refund["lines"][0] | undefined {
  const refund = order.refunds.find((one) => one.refundId === refundId.toLowerCase());
  return refund?.lines.find((line) => line.orderLineId === orderLineId.toLowerCase());
}
