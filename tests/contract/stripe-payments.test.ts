import type Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { aSession, isStripeItself, refusalOf, useStandIn } from "../support/stripe-target.ts";

// What the store relies on of paying itself. It takes a pay page, which only the stand-in lets a program use: against
// Stripe's test mode this part does not exist.

function contractOfPaying() {
  const standIn = useStandIn();
  const sessions = () => standIn.stripe.checkout.sessions;
  const debits = { allowed_payment_method_types: ["card", "us_bank_account"] };
  const newSession = (more: Stripe.Checkout.SessionCreateParams = {}) =>
    sessions().create(aSession({}, more));
  const typesAbout = async (session: Stripe.Checkout.Session) => {
    const events = await standIn.controls.events();
    const ids = [session.id, session.payment_intent];
    return events
      .map(({ type, data }) => (ids.includes((data.object as { id: string }).id) ? type : ""))
      .filter(Boolean);
  };

  test("a paid session is complete, has its payment, and is told", async () => {
    const { id } = await newSession();
    await newSession();
    await standIn.controls.pay({ session: id, outcome: "success" });
    const session = await sessions().retrieve(id, { expand: ["payment_intent.latest_charge"] });
    expect(session).toMatchObject({
      status: "complete",
      payment_status: "paid",
      url: null,
      amount_total: 1_250,
    });
    expect(session.customer_details).toMatchObject({ email: "ada@example.com" });
    expect(session.payment_intent).toMatchObject({
      status: "succeeded",
      amount_received: 1_250,
      metadata: { order_id: "order-1" },
      latest_charge: { status: "succeeded", amount: 1_250 },
    });
    const intent = (session.payment_intent as Stripe.PaymentIntent).id;
    expect((await sessions().list({ payment_intent: intent })).data.map((each) => each.id)).toEqual([id]);
    expect(await typesAbout({ ...session, payment_intent: intent })).toEqual([
      "payment_intent.created",
      "payment_intent.succeeded",
      "checkout.session.completed",
    ]);
  });

  test("a paid session can be neither expired nor paid again", async () => {
    const { id } = await newSession();
    await standIn.controls.pay({ session: id, outcome: "success" });
    const refusal = await refusalOf(sessions().expire(id));
    expect(refusal).toMatchObject({ type: "StripeInvalidRequestError", statusCode: 400 });
    expect(refusal.message).toContain("complete");
    await expect(standIn.controls.pay({ session: id, outcome: "success" })).rejects.toThrow("complete");
  });

  test("after a decline the session stays open, and can be paid", async () => {
    const { id } = await newSession();
    const declined = await standIn.controls.pay({ session: id, outcome: "decline" });
    expect(declined).toMatchObject({ status: "open", payment_status: "unpaid" });
    const intent = await standIn.stripe.paymentIntents.retrieve(String(declined.payment_intent));
    expect(intent).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code: "card_declined" },
    });
    const paid = await standIn.controls.pay({ session: id, outcome: "success" });
    expect(paid).toMatchObject({ status: "complete", payment_status: "paid", payment_intent: intent.id });
  });

  test("an expired session is not paid, and its payment is cancelled", async () => {
    const { id } = await newSession();
    const { payment_intent: intent } = await standIn.controls.pay({ session: id, outcome: "decline" });
    const expired = await sessions().expire(id);
    await expect(standIn.controls.pay({ session: id, outcome: "success" })).rejects.toThrow("expired");
    expect((await standIn.stripe.paymentIntents.retrieve(String(intent))).status).toBe("canceled");
    expect(await typesAbout(expired)).toContain("payment_intent.canceled");
  });

  test("a debit completes the session unpaid, and its success comes later", async () => {
    const { id } = await newSession(debits);
    const done = await standIn.controls.pay({ session: id, outcome: "delayed_success", afterMs: 10 });
    expect(done).toMatchObject({ status: "complete", payment_status: "unpaid" });
    await expect.poll(async () => (await sessions().retrieve(id)).payment_status).toBe("paid");
    expect((await typesAbout(done)).slice(1)).toEqual([
      "payment_intent.processing",
      "checkout.session.completed",
      "payment_intent.succeeded",
      "checkout.session.async_payment_succeeded",
    ]);
    const refund = await standIn.stripe.refunds.create({ payment_intent: String(done.payment_intent) });
    expect(refund.status).toBe("pending");
  });

  test("a debit that fails leaves the session complete and unpaid", async () => {
    const { id } = await newSession(debits);
    const done = await standIn.controls.pay({ session: id, outcome: "delayed_failure", afterMs: null });
    expect((await standIn.stripe.paymentIntents.retrieve(String(done.payment_intent))).status).toBe(
      "processing",
    );
    await refusalOf(standIn.stripe.refunds.create({ payment_intent: String(done.payment_intent) }));
    await standIn.controls.settle({ session: id, outcome: "failure" });
    expect(await sessions().retrieve(id)).toMatchObject({ status: "complete", payment_status: "unpaid" });
    expect((await typesAbout(done)).at(-1)).toBe("checkout.session.async_payment_failed");
  });

  test("delayed methods exist where the session allows them", async () => {
    const { allowed_payment_method_types: _, ...open } = aSession();
    const ways: [Stripe.Checkout.SessionCreateParams, boolean][] = [
      [aSession(), false],
      [open, true],
      [{ ...open, excluded_payment_method_types: ["us_bank_account"] }, false],
      [{ ...open, allowed_payment_method_types: ["us_bank_account"] }, true],
    ];
    for (const [params, isOffered] of ways) {
      const { id } = await sessions().create(params);
      const paying = standIn.controls.pay({ session: id, outcome: "delayed_success", afterMs: null });
      if (isOffered) expect((await paying).status).toBe("complete");
      else await expect(paying).rejects.toThrow("no delayed method");
    }
  });

  test("a session of nothing needs no payment", async () => {
    const { id } = await sessions().create(aSession({ amount: 0 }));
    const done = await standIn.controls.pay({ session: id, outcome: "success" });
    expect(done).toMatchObject({
      status: "complete",
      payment_status: "no_payment_required",
      payment_intent: null,
      amount_total: 0,
    });
  });

  test("the time of a session ends it by itself, with its event", async () => {
    const { id } = await newSession();
    await standIn.controls.setExpiry({ session: id, expiresAt: Math.floor(Date.now() / 1000) + 1 });
    const types = async () => (await standIn.controls.events({ about: id })).map(({ type }) => type);
    await expect.poll(types, { timeout: 20_000 }).toEqual(["checkout.session.expired"]);
    expect(await sessions().retrieve(id)).toMatchObject({ status: "expired" });
  });
}

if (!isStripeItself) describe("paying", contractOfPaying);
else
  test("paying is not part of the contract with Stripe's test mode", () => expect(isStripeItself).toBe(true));
