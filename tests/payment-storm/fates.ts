import { expired, settle } from "../support/checkout.ts";
import type { Buyer } from "./buyers.ts";
import type { Ground } from "./ground.ts";

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

/** A fate by chance, as often as its share says. */
export function drawFate(random: () => number): Fate {
  let rest = random();
  for (const [fate, share] of Object.entries(fates)) {
    rest -= share;
    if (rest < 0) return fate as Fate;
  }
  return "paid";
}

/** The window of a late payment is over, and its units are everybody's, before anything was paid. */
export async function closeTooEarly({ sql }: Ground, { paymentId }: Buyer): Promise<void> {
  await settle(sql, paymentId, expired, "expire");
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
