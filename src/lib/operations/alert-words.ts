import { z } from "zod";

const TextSchema = z.string().catch("");
const NOTHING = { level: "", says: "", recommendation: "", sku: "", available: null };
const DetailsSchema = z
  .object({
    level: TextSchema,
    says: TextSchema,
    recommendation: TextSchema,
    sku: TextSchema,
    available: z.number().nullable().catch(null),
  })
  .catch(NOTHING);

/** What each kind means whose details do not say it themselves, and where docs/operations.md goes on. */
const meanings: Record<string, string> = {
  wrong_amount: "Stripe received another amount than was asked for. It is refunded; find out why.",
  second_payment:
    "An order was paid twice. The second payment is going back; over when Stripe says that it did.",
  entered_twice:
    "A payment of a checkout was entered by hand as another order. The checkout ended without a sale: tell its shopper which order is theirs.",
  foreign_session:
    "Another program on the Stripe account took money and names a payment of the shop. Nothing was sold for it: find out whose it is, and pay it back if nobody's.",
  refund_failed: "A refund failed at Stripe. The shopper waits for the money.",
  refund_beyond:
    "Stripe tells of a refund for which the books have no room: more would have gone back than came. Compare the order with Stripe.",
  dispute: "A shopper disputes a payment. Answer it in Stripe's dashboard before its date.",
  refund_by_hand: "Money that did not come by Stripe is owed. Pay it back the way it came.",
};

/** An alert for people: what it is about in one line, and what to do. No personal data: none is in an alert. */
export function alertWords(kind: string, subject: string, details: unknown): { title: string; text: string } {
  const { level, says, recommendation, sku, available } = DetailsSchema.parse(details);
  if (kind === "low_stock") {
    const text = `${available ?? "Few"} units are available. Order more, or enter what was delivered.`;
    return { title: `Low stock: ${sku || subject}`, text };
  }
  if (says !== "")
    return { title: `${level === "critical" ? "Critical" : "Warning"}: ${says}`, text: recommendation };
  const title = `${kind.replaceAll("_", " ")}: ${subject}`;
  return { title, text: meanings[kind] ?? "See docs/operations.md." };
}
