import { z } from "zod";
import type { OrderAnswer } from "@/contracts/orders";
import { ProblemError } from "../http/problem";
import { type Acting, changeOnce } from "../supabase/change-once";
import { readOrder } from "./get-order";

const AnswerSchema = z.object({
  outcome: z.enum(["requested", "exceeds", "not_found", "not_failed"]),
  refundableCents: z.int().min(0).optional(),
});

/**
 * Puts a refund that failed on the worklist again, for another attempt at Stripe. Throws the problems of its
 * refusals; one of another order is `refund_not_found`.
 */
export async function retryRefund(orderId: string, refundId: string, by: Acting): Promise<OrderAnswer> {
  const { order, serverNow } = await readOrder(orderId);
  const isHere = order.refunds.some((refund) => refund.refundId === refundId.toLowerCase());
  if (!isHere) throw new ProblemError("refund_not_found", { serverNow });
  const answer = await changeOnce("retry_refund", { p_refund_id: refundId }, AnswerSchema, by);
  const { outcome, refundableCents } = answer;
  if (outcome === "not_found") throw new ProblemError("refund_not_found", { serverNow });
  if (outcome === "not_failed") throw new ProblemError("refund_not_failed", { serverNow });
  if (outcome === "exceeds") {
    throw new ProblemError("refund_exceeds", {
      serverNow,
      ...(refundableCents !== undefined && { refundableCents }),
    });
  }
  return readOrder(orderId);
}
