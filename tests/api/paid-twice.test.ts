import { expect, test } from "vitest";
import { mailbox, stripeControls, stripeOfRun } from "../support/stand-ins.ts";
import { aSession, minutesFromNow } from "../support/stripe-target.ts";
import { delivered, orderOf, payer, stock, useCalmStripe } from "./checkout-floor.ts";
import { useShopFloor } from "./shop-floor.ts";

// Two sessions of one payment, both paid: one sale, and the second goes back without anybody's hand.

const sql = useShopFloor();
useCalmStripe(sql);

test("an order that is paid twice is sold once, and the second payment is back at Stripe, once", async () => {
  const { guest, email, orderId, paymentId, sessionId, variantId } = await payer(sql);
  const { totalCents } = await orderOf(guest, orderId);
  const metadata = { payment_id: paymentId, order_id: orderId };
  const again = await stripeOfRun().checkout.sessions.create(
    aSession(
      { amount: totalCents, currency: "eur" },
      { client_reference_id: paymentId, metadata, expires_at: minutesFromNow(40) },
    ),
  );
  await stripeControls().deliveries({ copies: 3 });
  await stripeControls().pay({ session: sessionId, outcome: "success" });
  const { payment_intent } = await stripeControls().pay({ session: again.id, outcome: "success" });
  await delivered();
  await stripeControls().deliveries({ copies: 1 });
  await expect
    .poll(async () => (await orderOf(guest, orderId)).refunds, { timeout: 15_000 })
    .toMatchObject([{ reason: "second_payment", status: "succeeded", amountCents: totalCents }]);
  const made = await stripeOfRun().refunds.list({ payment_intent: String(payment_intent) });
  expect(made.data).toMatchObject([{ amount: totalCents }]);
  expect(await orderOf(guest, orderId)).toMatchObject({ status: "paid", refundedCents: 0 });
  expect(await stock(sql, variantId)).toEqual({ onHand: 8, reserved: 0 });
  const [mail] = await mailbox().wait({ to: email, subject: "back" });
  expect(mail?.text).toContain("was paid twice");
  const alerts = await sql`select closed_at is not null as is_over from alerts
    where kind = 'second_payment' and details ->> 'orderId' = ${orderId}`;
  expect(alerts).toEqual([{ is_over: true }]);
});
