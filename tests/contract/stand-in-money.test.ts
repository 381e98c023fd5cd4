import { describe, expect, test } from "vitest";
import { aSession, refusalOf, useStandIn } from "../support/stripe-target.ts";

// What tests order of the stand-in that Stripe does by itself, sooner or later.

const standIn = useStandIn();
const paid = async (more: object = {}) => {
  const { id } = await standIn.stripe.checkout.sessions.create(aSession({ amount: 2_000 }));
  return standIn.controls.pay({ session: id, outcome: "success", ...more });
};
const typesAbout = async (about: string) =>
  (await standIn.controls.events({ about })).map(({ type }) => type);

describe("another amount than was asked for", () => {
  test("is what the session and the payment say", async () => {
    const session = await paid({ received: { amount: 1_999, currency: "eur" } });
    const known = await standIn.stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
    const received = { currency: "eur", amount_received: 1_999 };
    expect(known).toMatchObject({ amount_total: 1_999, currency: "eur", payment_intent: received });
  });

  test("can be said later too", async () => {
    const session = await paid();
    await standIn.controls.setReceived({ session: session.id, amount: 1 });
    const intent = await standIn.stripe.paymentIntents.retrieve(String(session.payment_intent));
    expect(intent.amount_received).toBe(1);
  });
});

describe("a refund", () => {
  test("is told with its charge", async () => {
    const { payment_intent: intent } = await paid();
    await standIn.stripe.refunds.create({ payment_intent: String(intent), amount: 700 });
    expect((await typesAbout(String(intent))).slice(-2)).toEqual(["refund.created", "charge.refunded"]);
  });

  test("may be pending, and then succeed", async () => {
    const { payment_intent: intent } = await paid();
    await standIn.controls.nextRefunds({ statuses: ["pending"] });
    const refund = await standIn.stripe.refunds.create({ payment_intent: String(intent) });
    expect(refund.status).toBe("pending");
    await standIn.controls.settleRefund({ refund: refund.id, status: "succeeded" });
    expect((await standIn.stripe.refunds.retrieve(refund.id)).status).toBe("succeeded");
    expect(await typesAbout(refund.id)).toEqual([
      "refund.created",
      "refund.updated",
      "charge.refund.updated",
    ]);
  });

  test("may fail days later, and the money can be refunded anew", async () => {
    const { payment_intent: intent } = await paid();
    const refund = await standIn.stripe.refunds.create({ payment_intent: String(intent) });
    await standIn.controls.settleRefund({ refund: refund.id, status: "failed" });
    expect(await standIn.stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: "failed",
      failure_reason: "unknown",
    });
    expect(await typesAbout(refund.id)).toContain("refund.failed");
    const again = await standIn.stripe.refunds.create({ payment_intent: String(intent) });
    expect(again).toMatchObject({ status: "succeeded", amount: 2_000 });
  });

  test("may fail at once", async () => {
    const { payment_intent: intent } = await paid();
    await standIn.controls.nextRefunds({ statuses: ["failed"] });
    const refund = await standIn.stripe.refunds.create({ payment_intent: String(intent) });
    expect(refund.status).toBe("failed");
    // Of this one alone.
    expect((await standIn.stripe.refunds.create({ payment_intent: String(intent) })).status).toBe(
      "succeeded",
    );
  });
});

test("a disputed charge is not refunded, and the dispute is told", async () => {
  const { payment_intent: intent } = await paid();
  const dispute = await standIn.controls.dispute({ paymentIntent: String(intent) });
  expect(await standIn.stripe.disputes.retrieve(dispute.id)).toMatchObject({
    amount: 2_000,
    status: "needs_response",
  });
  expect(await typesAbout(String(intent))).toContain("charge.dispute.created");
  const refusal = await refusalOf(standIn.stripe.refunds.create({ payment_intent: String(intent) }));
  expect(refusal.code).toBe("charge_disputed");
});

test("a session can be made to expire, with its event", async () => {
  const { id } = await standIn.stripe.checkout.sessions.create(aSession());
  expect((await standIn.controls.letExpire({ session: id })).status).toBe("expired");
  expect(await typesAbout(id)).toEqual(["checkout.session.expired"]);
});
