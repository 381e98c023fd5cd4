import { z } from "zod";
import { MoneySchema } from "@/contracts/common";
import type { OrderAnswer, RefundBody } from "@/contracts/orders";
import { ProblemError } from "../http/problem";
import { type RequestKey, refuseMismatch } from "../idempotency";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT, IF_ROLLED_BACK } from "../supabase/repeat";
import { readOrder } from "./get-order";
import { serverNow } from "./sql-answers";

const AnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("requested"), serverNow }),
  z.object({ outcome: z.literal("exceeds"), serverNow, refundableCents: MoneySchema }),
  z.object({ outcome: z.literal("not_refundable"), serverNow }),
  z.object({ outcome: z.literal("not_found"), serverNow }),
]);

/**
 * Writes down that an admin pays back units of an order, or an amount. Stripe is asked afterwards (`workOff`), once
 * for each request; with a key, sending it again is the same request. Throws the problems of its refusals.
 */
export async function refundOrder(
  orderId: string,
  { lines, includesShipping, amountCents }: RefundBody,
  adminId: string,
  key?: RequestKey,
): Promise<OrderAnswer> {
  const args = {
    p_order_id: orderId,
    p_lines: lines,
    p_includes_shipping: includesShipping,
    p_reason: "requested",
    p_actor: adminId,
    ...(amountCents !== undefined && { p_amount_cents: amountCents }),
    ...(key && { p_idempotency_key: key.idempotencyKey, p_body_hash: key.bodyHash }),
  };
  const answer = await callFunction(
    "request_refund",
    args,
    z.unknown(),
    key ? IF_IDEMPOTENT : IF_ROLLED_BACK,
  );
  refuseMismatch(answer);
  refuse(AnswerSchema.parse(answer));
  return readOrder(orderId);
}

function refuse(answer: z.infer<typeof AnswerSchema>): void {
  const { serverNow } = answer;
  switch (answer.outcome) {
    case "exceeds":
      throw new ProblemError("refund_exceeds", { serverNow, refundableCents: answer.refundableCents });
    case "not_refundable":
      throw new ProblemError("not_refundable", { serverNow });
    case "not_found":
      throw new ProblemError("order_not_found", { serverNow });
  }
}
