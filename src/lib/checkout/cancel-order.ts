import { z } from "zod";
import { IdSchema } from "@/contracts/common";
import type { OrderAnswer, Restock } from "@/contracts/orders";
import { ProblemError } from "../http/problem";
import { type Acting, changeOnce } from "../supabase/change-once";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { readOrder } from "./get-order";
import { endOrRefuse } from "./open-payment-in-the-way";
import { serverNow } from "./sql-answers";

const AnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.enum(["cancelled", "already", "shipped", "not_found"]), serverNow }),
  z.object({ outcome: z.literal("payment_open"), serverNow, paymentId: IdSchema }),
]);

/**
 * Calls an order off: what is left of its money goes back; one that is being paid has its payment ended first, and
 * its units go back to the shopper's cart. What is not decided about the shelf now is decided for each line later. Safe to repeat. Throws the problems of its refusals.
 */
export async function cancelOrder(orderId: string, restock: Restock, by: Acting): Promise<OrderAnswer> {
  const decided = restock !== "undecided" && { p_restock: restock === "restocked" };
  const args = { p_order_id: orderId, p_actor: by.adminId, ...decided };
  const answer = await changeOnce("cancel_order", args, AnswerSchema, by, IF_IDEMPOTENT);
  const { serverNow } = answer;
  if (answer.outcome === "not_found") throw new ProblemError("order_not_found", { serverNow });
  if (answer.outcome === "shipped") throw new ProblemError("not_cancellable", { serverNow });
  if (answer.outcome === "payment_open") await endOrRefuse(answer.paymentId);
  return readOrder(orderId);
}
