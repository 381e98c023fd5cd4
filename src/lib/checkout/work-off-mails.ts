import { z } from "zod";
import { IdSchema } from "@/contracts/common";
import { OrderSchema } from "@/contracts/orders";
import type { Deadline } from "../deadline";
import { logError } from "../log";
import { isMailOn, sendMail } from "../mail/send-mail";
import { mailText } from "../mail/texts";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { orderUrl } from "./order-link";
import type { WorkedOff } from "./work-off-refunds";

const ClaimSchema = z.object({
  mails: z.array(
    z.object({
      mailId: IdSchema,
      kind: z.enum(["confirmation", "out_of_stock", "payment_failed", "shipped", "refunded"]),
      order: OrderSchema,
      refundId: IdSchema.nullish(),
      returnOrigin: z.string().nullish(),
    }),
  ),
});
type Claimed = z.infer<typeof ClaimSchema>["mails"][number];

const CLAIM = 10;

/**
 * Sends the e-mails of the outbox. Claimed, so that one is sent twice only where a process died between sending and
 * saying so; both then carry the same Message-ID. Without SMTP_URL they stay where they are. When the time is over the
 * rest is undone. Never throws because of the mail server.
 */
export async function workOffMails(deadline: Deadline): Promise<WorkedOff> {
  const total = { done: 0, undone: 0 };
  if (!isMailOn()) return total;
  const { mails } = await callFunction("claim_mails", { p_limit: CLAIM }, ClaimSchema);
  for (const mail of mails) total[(await deadline.within(() => send(mail))) ? "done" : "undone"]++;
  return total;
}

async function send(mail: Claimed): Promise<boolean> {
  const error = await trySending(mail);
  const args = { p_mail_id: mail.mailId, ...(error !== null && { p_error: error }) };
  await callFunction("record_mail", args, z.object({ outcome: z.string() }), IF_IDEMPOTENT);
  return error === null;
}

/** What went wrong, in words without the address; `null` where it was sent. */
async function trySending({ mailId, kind, order, refundId, returnOrigin }: Claimed): Promise<string | null> {
  // The account was erased: nobody is to be written to.
  if (order.email === null) return null;
  const refund = order.refunds.find((one) => one.refundId === refundId) ?? null;
  const link = returnOrigin ? `${returnOrigin}${orderUrl(order.orderId)}` : null;
  try {
    await sendMail({
      id: mailId,
      to: order.email,
      ...mailText(kind, { order, refund, link }),
    });
    return null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "UNKNOWN";
    logError("mail_not_sent", { mailId, kind, code });
    return code;
  }
}
