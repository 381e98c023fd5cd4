import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { refusalOf, useTarget } from "../support/stripe-target.ts";

// What the store relies on of refunds. The payment comes from the stand-in's pay page, or from a test card at Stripe.

const target = useTarget();
const refunds = () => target.stripe.refunds;

async function chargeOf(intent: string) {
  const { latest_charge: charge } = await target.stripe.paymentIntents.retrieve(intent, {
    expand: ["latest_charge"],
  });
  if (charge === null || typeof charge === "string") throw new Error("the charge was not put in its place");
  return charge;
}

test("the payment says what was received", async () => {
  const intent = await target.paidIntent(2_000);
  expect(await target.stripe.paymentIntents.retrieve(intent)).toMatchObject({
    status: "succeeded",
    amount: 2_000,
    amount_received: 2_000,
    currency: "usd",
    livemode: false,
  });
  const charge = await chargeOf(intent);
  const same = { status: "succeeded", paid: true, amount: 2_000, amount_refunded: 0, refunded: false };
  expect(charge).toMatchObject({ ...same, payment_intent: intent });
  expect(await target.stripe.charges.retrieve(charge.id)).toMatchObject(same);
});

test("everything that is left goes back when no amount is said", async () => {
  const intent = await target.paidIntent(2_000);
  const refund = await refunds().create({
    payment_intent: intent,
    reason: "requested_by_customer",
    metadata: { refund_id: "one" },
  });
  expect(refund).toMatchObject({
    object: "refund",
    amount: 2_000,
    currency: "usd",
    status: "succeeded",
    payment_intent: intent,
    reason: "requested_by_customer",
    metadata: { refund_id: "one" },
  });
  expect(await refunds().retrieve(refund.id)).toMatchObject({ id: refund.id, status: "succeeded" });
  expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 2_000, refunded: true });
});

test("parts go back until nothing is left, and not a cent more", async () => {
  const intent = await target.paidIntent(2_000);
  const first = await refunds().create({ payment_intent: intent, amount: 500 });
  expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 500, refunded: false });
  const tooMuch = await refusalOf(refunds().create({ payment_intent: intent, amount: 1_501 }));
  expect(tooMuch).toMatchObject({ type: "StripeInvalidRequestError", statusCode: 400, param: "amount" });
  const second = await refunds().create({ payment_intent: intent, amount: 1_500 });
  const nothingLeft = await refusalOf(refunds().create({ payment_intent: intent }));
  expect(nothingLeft).toMatchObject({ statusCode: 400, code: "charge_already_refunded" });
  const { data } = await refunds().list({ payment_intent: intent });
  expect(data.map(({ id }) => id)).toEqual([second.id, first.id]);
});

test("one key refunds once", async () => {
  const intent = await target.paidIntent(2_000);
  const params = { payment_intent: intent, amount: 700 };
  const idempotencyKey = randomUUID();
  const ids = new Set<string>();
  for (let time = 0; time < 3; time++) ids.add((await refunds().create(params, { idempotencyKey })).id);
  expect(ids.size).toBe(1);
  expect((await chargeOf(intent)).amount_refunded).toBe(700);
});

test("nothing, less than nothing and the payments of nobody are not refunded", async () => {
  const intent = await target.paidIntent(2_000);
  for (const amount of [0, -1]) {
    expect(await refusalOf(refunds().create({ payment_intent: intent, amount }))).toMatchObject({
      statusCode: 400,
      code: "parameter_invalid_integer",
    });
  }
  expect(await refusalOf(refunds().create({ payment_intent: "pi_nothing" }))).toMatchObject({
    statusCode: 404,
    code: "resource_missing",
  });
  expect(await refusalOf(refunds().create({ amount: 100 }))).toMatchObject({ statusCode: 400 });
});
