import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { aSession, isStripeItself, minutesFromNow, refusalOf, useTarget } from "../support/stripe-target.ts";

// What the store relies on of Stripe's Checkout Sessions. Held against the stand-in by `npm test`, and against Stripe's
// own test mode when STRIPE_CONTRACT_TEST_KEY is set; nothing here needs a pay page.

const target = useTarget();
const sessions = () => target.stripe.checkout.sessions;

console.log(`   contract held against ${isStripeItself ? "Stripe's test mode" : "the stand-in"}`);

test("a health check can ask for the account and its balance", async () => {
  expect(await target.stripe.balance.retrieve()).toMatchObject({ object: "balance", livemode: false });
  expect(await target.stripe.accounts.retrieveCurrent()).toMatchObject({ object: "account" });
});

describe("a new session", () => {
  test("is open, unpaid, and says what was asked for", async () => {
    const params = aSession({ amount: 1_250, quantity: 3 });
    const session = await sessions().create(params);
    expect(session).toMatchObject({
      object: "checkout.session",
      livemode: false,
      mode: "payment",
      status: "open",
      payment_status: "unpaid",
      amount_subtotal: 3_750,
      amount_total: 3_750,
      currency: "usd",
      customer_email: "ada@example.com",
      client_reference_id: "order-1",
      metadata: { order_id: "order-1" },
      payment_method_types: ["card"],
      expires_at: params.expires_at,
      success_url: params.success_url,
      cancel_url: params.cancel_url,
      total_details: { amount_discount: 0, amount_tax: 0 },
    });
    expect(session.id).toMatch(/^cs_test_/);
    expect(session.url).toMatch(/^https?:\/\//);
    // There is none before somebody tries to pay.
    expect(session.payment_intent).toBeNull();
  });

  const lines = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      quantity: 1,
      price_data: { currency: "usd", unit_amount: 100, product_data: { name: `Piece ${n}` } },
    }));

  test("adds the shipping to the total, beside a hundred lines, and takes not one line more", async () => {
    const fixed_amount = { amount: 490, currency: "usd" };
    const shipping_options = [
      { shipping_rate_data: { display_name: "Shipping", type: "fixed_amount" as const, fixed_amount } },
    ];
    const session = await sessions().create(aSession({}, { line_items: lines(100), shipping_options }));
    expect(session).toMatchObject({
      amount_subtotal: 10_000,
      amount_total: 10_490,
      shipping_cost: { amount_total: 490 },
      total_details: { amount_shipping: 490 },
    });
    const refusal = await refusalOf(sessions().create(aSession({}, { line_items: lines(101) })));
    expect(refusal).toMatchObject({ type: "StripeInvalidRequestError", statusCode: 400 });
  });

  test("gives its lines in their order", async () => {
    const names = ["First", "Second", "Third"];
    const line_items = names.map((name) => ({
      quantity: 2,
      price_data: { currency: "usd", unit_amount: 100, product_data: { name } },
    }));
    const { id } = await sessions().create(aSession({}, { line_items }));
    const { data } = await sessions().listLineItems(id);
    expect(data.map(({ description }) => description).toSorted()).toEqual(names.toSorted());
    expect(data[0]).toMatchObject({ quantity: 2, amount_total: 200, currency: "usd" });
    const { line_items: expanded } = await sessions().retrieve(id, { expand: ["line_items"] });
    expect(expanded?.data).toHaveLength(3);
  });

  test.each([
    ["29 minutes", () => minutesFromNow(29)],
    ["24 hours and a minute", () => minutesFromNow(24 * 60 + 1)],
    ["the past", () => minutesFromNow(-1)],
  ])("does not end in %s", async (_, expires_at) => {
    const refusal = await refusalOf(sessions().create(aSession({}, { expires_at: expires_at() })));
    expect(refusal).toMatchObject({
      type: "StripeInvalidRequestError",
      statusCode: 400,
      param: "expires_at",
    });
  });

  test("may end in 31 minutes, and in a day", async () => {
    for (const minutes of [31, 23 * 60 + 59]) {
      const expires_at = minutesFromNow(minutes);
      expect((await sessions().create(aSession({}, { expires_at }))).expires_at).toBe(expires_at);
    }
  });
});

describe("parameters that Stripe refuses", () => {
  const wrong: [string, object, object][] = [
    ["an unknown one", { colour: "red" }, { code: "parameter_unknown", param: "colour" }],
    [
      "an unknown one further down",
      { payment_intent_data: { colour: "red" } },
      { code: "parameter_unknown", param: "payment_intent_data[colour]" },
    ],
    ["the methods in the way of older versions", { payment_method_types: ["card"] }, {}],
    ["no way back", { success_url: undefined }, { code: "parameter_missing", param: "success_url" }],
    ["an address that is none", { success_url: "nowhere" }, { param: "success_url" }],
    [
      "an e-mail address that is none",
      { customer_email: "nobody" },
      { code: "email_invalid", param: "customer_email" },
    ],
    ["an unknown mode", { mode: "gift" }, { param: "mode" }],
    ["an old name of the hosted page", { ui_mode: "hosted" }, { param: "ui_mode" }],
    ["a value too long", { metadata: { note: "x".repeat(501) } }, {}],
    ["a total below the least", aSession({ amount: 10 }), { code: "amount_too_small" }],
    ["half a cent", aSession({ amount: 10.5 }), { code: "parameter_invalid_integer" }],
  ];
  test.each(wrong)("%s", async (_, more, expected) => {
    const refusal = await refusalOf(sessions().create({ ...aSession(), ...more }));
    expect(refusal).toMatchObject({ type: "StripeInvalidRequestError", statusCode: 400, ...expected });
    expect(refusal.requestId).toMatch(/^req_/);
  });

  test("lines of two currencies", async () => {
    const [usd] = aSession().line_items ?? [];
    const [eur] = aSession({ currency: "eur" }).line_items ?? [];
    const line_items = [usd, eur].flatMap((line) => line ?? []);
    const refusal = await refusalOf(sessions().create(aSession({}, { line_items })));
    expect(refusal.statusCode).toBe(400);
  });

  test("a key that is not theirs", async () => {
    const refusal = await refusalOf(target.withKey("sk_test_nobody").checkout.sessions.list());
    expect(refusal).toMatchObject({ type: "StripeAuthenticationError", statusCode: 401 });
  });

  test("the id of nothing", async () => {
    const calls = [
      sessions().retrieve("cs_test_nothing"),
      sessions().expire("cs_test_nothing"),
      target.stripe.paymentIntents.retrieve("pi_nothing"),
      target.stripe.charges.retrieve("ch_nothing"),
      target.stripe.refunds.retrieve("re_nothing"),
      target.stripe.events.retrieve("evt_nothing"),
    ];
    for (const call of calls) {
      expect(await refusalOf(call)).toMatchObject({ statusCode: 404, code: "resource_missing" });
    }
  });
});

describe("expiring a session", () => {
  test("ends it, and cannot be done twice", async () => {
    const { id } = await sessions().create(aSession());
    expect(await sessions().expire(id)).toMatchObject({
      id,
      status: "expired",
      payment_status: "unpaid",
      url: null,
    });
    expect(await sessions().retrieve(id)).toMatchObject({ status: "expired", url: null });
    const refusal = await refusalOf(sessions().expire(id));
    expect(refusal).toMatchObject({ type: "StripeInvalidRequestError", statusCode: 400 });
    expect(refusal.message).toContain("expired");
  });

  test("is told by an event", async () => {
    const { id } = await sessions().create(aSession());
    await sessions().expire(id);
    const find = async () => {
      const { data } = await target.stripe.events.list({ type: "checkout.session.expired", limit: 20 });
      return data.find(({ data: { object } }) => "id" in object && object.id === id);
    };
    await expect.poll(find, { timeout: 20_000, interval: isStripeItself ? 1_000 : 10 }).toBeTruthy();
    const event = await find();
    expect(event).toMatchObject({ object: "event", livemode: false, type: "checkout.session.expired" });
    expect(event?.id).toMatch(/^evt_/);
    expect(event?.request?.id).toMatch(/^req_/);
  });
});

describe("the list of sessions", () => {
  test("gives the newest first, page by page, by status", async () => {
    const reference = randomUUID();
    const made: string[] = [];
    for (let count = 0; count < 3; count++) {
      const { id } = await sessions().create(aSession({}, { client_reference_id: reference }));
      made.unshift(id);
    }
    const [newest = "", middle = "", oldest = ""] = made;
    await sessions().expire(middle);
    const first = await sessions().list({ limit: 2 });
    expect(first).toMatchObject({ object: "list", has_more: true });
    expect(first.data.map(({ id }) => id)).toEqual([newest, middle]);
    const second = await sessions().list({ limit: 2, starting_after: middle });
    expect(second.data[0]?.id).toBe(oldest);
    expect((await sessions().list({ limit: 1, ending_before: middle })).data[0]?.id).toBe(newest);
    const open = await sessions().list({ limit: 2, status: "open" });
    expect(open.data.map(({ id }) => id)).toEqual([newest, oldest]);
    const since = first.data[1]?.created ?? 0;
    const found: string[] = [];
    for await (const { id, client_reference_id: of } of sessions().list({
      limit: 1,
      created: { gte: since - 60 },
    })) {
      if (of === reference) found.push(id);
      if (found.length === 3) break;
    }
    expect(found).toEqual(made);
    expect(await refusalOf(sessions().list({ limit: 101 }))).toMatchObject({ statusCode: 400 });
  });
});

describe("an idempotency key", () => {
  test("gives its first answer again", async () => {
    const idempotencyKey = randomUUID();
    const params = aSession();
    const first = await sessions().create(params, { idempotencyKey });
    const again = await sessions().create(params, { idempotencyKey });
    expect(again.id).toBe(first.id);
    expect(first.lastResponse.headers["idempotent-replayed"]).toBeUndefined();
    expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(again.lastResponse.headers["original-request"]).toBe(first.lastResponse.requestId);
    await sessions().expire(first.id);
    // Not what is so now, but what was answered then.
    expect((await sessions().create(params, { idempotencyKey })).status).toBe("open");
  });

  test("is of one request: other parameters, another address are refused", async () => {
    const idempotencyKey = randomUUID();
    const { id } = await sessions().create(aSession(), { idempotencyKey });
    const refused = { type: "StripeIdempotencyError", statusCode: 400 };
    const other = sessions().create(aSession({ amount: 999 }), { idempotencyKey });
    expect(await refusalOf(other)).toMatchObject(refused);
    expect(await refusalOf(sessions().expire(id, {}, { idempotencyKey }))).toMatchObject(refused);
    expect((await sessions().retrieve(id)).status).toBe("open");
    const forOne = { idempotencyKey: randomUUID() };
    await sessions().expire(id, {}, forOne);
    const { id: another } = await sessions().create(aSession());
    expect(await refusalOf(sessions().expire(another, {}, forOne))).toMatchObject(refused);
    expect((await sessions().retrieve(another)).status).toBe("open");
  });

  test("is free again when its parameters were wrong", async () => {
    const idempotencyKey = randomUUID();
    const wrong = { ...aSession(), colour: "red" };
    expect(await refusalOf(sessions().create(wrong, { idempotencyKey }))).toMatchObject({ statusCode: 400 });
    expect(await sessions().create(aSession(), { idempotencyKey })).toMatchObject({ status: "open" });
  });
});
