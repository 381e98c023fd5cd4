import type { Order, Refund } from "@/contracts/orders";
import type { Draft } from "./blocks";
import { confirmation } from "./confirmation";
import { outOfStock } from "./out-of-stock";
import { paymentFailed } from "./payment-failed";
import { refunded } from "./refunded";
import { render } from "./render";
import { shipped } from "./shipped";

/** What an e-mail is about. `link`: where the order is read, with its key; `null` where that is not known. */
export type Subject = { order: Order; refund: Refund | null; link: string | null };

const drafts = {
  confirmation,
  out_of_stock: outOfStock,
  payment_failed: paymentFailed,
  shipped,
  refunded,
} satisfies Record<string, (subject: Subject) => Draft>;

export type MailKind = keyof typeof drafts;

/** An e-mail of this kind, as plain text and as HTML. */
export const mailText = (kind: MailKind, subject: Subject) => render(drafts[kind](subject));
