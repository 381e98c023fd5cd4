import { expired, settle } from "../support/checkout.ts";
import type { Buyer } from "./buyers.ts";
import { type Ground, shuffled } from "./ground.ts";

/**
 * What becomes of a payment at Stripe. `late`: our books have closed it before the money comes, which Stripe promises
 * not to let happen, and which must end in one sale or one refund all the same.
 */
export const fates = {
  paid: 0.62,
  "debit succeeds": 0.08,
  "debit fails": 0.06,
  abandoned: 0.06,
  late: 0.15,
  "a cent less": 0.03,
} as const;
export type Fate = keyof typeof fates;

/** A fate for each of many payments, shuffled: each as often as its share says, whatever the seed. */
export function drawFates(payments: number, random: () => number): Fate[] {
  const drawn = Object.entries(fates).flatMap(([fate, share]) =>
    Array<Fate>(Math.round(payments * share)).fill(fate as Fate),
  );
  // Shares of a small number may round to one more or fewer.
  while (drawn.length < payments) drawn.push("paid");
  return shuffled(drawn, random).slice(0, payments);
}

/** The window of a late payment is over, and its units are everybody's, before anything was paid. */
export async function closeTooEarly({ sql }: Ground, { paymentId, sessionId }: Buyer): Promise<void> {
  const { outcome } = await settle(sql, paymentId, { ...expired, sessionId }, "expire");
  if (outcome !== "ended") throw new Error(`A window that was to end too early: ${outcome}`);
}

/** Does at Stripe what this fate says. No event is told yet. */
export async function meetFate(
  { controls }: Ground,
  { sessionId: session }: Buyer,
  fate: Fate,
): Promise<void> {
  switch (fate) {
    case "debit succeeds":
    case "debit fails":
      await controls.pay({
        session,
        outcome: fate === "debit fails" ? "delayed_failure" : "delayed_success",
        afterMs: null,
      });
      await controls.settle({ session, outcome: fate === "debit fails" ? "failure" : "success" });
      break;
    case "abandoned":
      await controls.letExpire({ session });
      break;
    case "a cent less": {
      const { amount_total } = await controls.setReceived({ session });
      await controls.pay({ session, outcome: "success", received: { amount: (amount_total ?? 0) - 1 } });
      break;
    }
    default:
      await controls.pay({ session, outcome: "success" });
  }
}
