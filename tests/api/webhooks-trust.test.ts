import { afterEach, describe, expect, test } from "vitest";
import { ShopHealthSchema } from "@/contracts/health";
import { bodyOf, newGuest, problemOf, storeKeys } from "../support/api-client.ts";
import { orderOf, payer, stock, useCalmStripe } from "./checkout-floor.ts";
import { useSecondStore } from "./second-store.ts";
import { fingerprint, useShopFloor } from "./shop-floor.ts";
import { breakOff, deliver, eventOf, paidAs, sessionAs, signatureOf } from "./webhook-sender.ts";

// Who may tell the store that money came: Stripe, by these very bytes, now, and in the mode of our key.

const sql = useShopFloor();
useCalmStripe(sql);

/** A payment that is open, and the event that would complete it. */
async function begun() {
  const one = await payer(sql);
  const body = eventOf("checkout.session.completed", await sessionAs(one.sessionId, paidAs()));
  return { ...one, body };
}

async function expectOpen({ guest, orderId, variantId }: Awaited<ReturnType<typeof begun>>): Promise<void> {
  expect(await orderOf(guest, orderId)).toMatchObject({ status: "pending", paymentStatus: "open" });
  expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 2 });
}

test("the bytes that Stripe signed count, and only once", async () => {
  const one = await begun();
  expect((await deliver(one.body)).body).toEqual({ outcome: "sold" });
  expect(await orderOf(one.guest, one.orderId)).toMatchObject({ status: "paid" });
  expect((await deliver(one.body)).body).toEqual({ outcome: "duplicate_event" });
  expect(await stock(sql, one.variantId)).toEqual({ onHand: 8, reserved: 0 });
});

type Forgery = (body: string) => [body: string, signature: string | null];
const forgeries: [string, Forgery][] = [
  ["without a signature", (body) => [body, null]],
  ["with an empty signature", (body) => [body, ""]],
  ["with a signature that is none", (body) => [body, "t=1,v1=abc"]],
  ["signed by somebody else", (body) => [body, signatureOf(body, { secret: "whsec_of_somebody_else" })]],
  [
    "with a cent taken away",
    (body) => [body.replace(/"amount_total": \d/, '"amount_total": 9'), signatureOf(body)],
  ],
  ["with one blank more", (body) => [`${body} `, signatureOf(body)]],
  ["with a byte order mark", (body) => [`\uFEFF${body}`, signatureOf(body)]],
  ["written anew, though it says the same", (body) => [JSON.stringify(JSON.parse(body)), signatureOf(body)]],
  ["301 seconds old", (body) => [body, signatureOf(body, { secondsAgo: 301 })]],
  ["a day old", (body) => [body, signatureOf(body, { secondsAgo: 86_400 })]],
  ["with the signature of another event", (body) => [body, signatureOf(eventOf("nothing", {}))]],
  ["that is no JSON, though signed", () => ["{", signatureOf("{")]],
  ["that is empty, though signed", () => ["", signatureOf("")]],
  ["that is null, though signed", () => ["null", signatureOf("null")]],
];

test.each(forgeries)("an event %s changes nothing", async (_, forge) => {
  const one = await begun();
  const before = await fingerprint(sql);
  const [body, signature] = forge(one.body);
  problemOf(await deliver(body, signature), "signature_refused");
  expect(await fingerprint(sql)).toEqual(before);
  await expectOpen(one);
});

test("an event that is 299 seconds old counts still", async () => {
  const { body } = await begun();
  expect((await deliver(body, signatureOf(body, { secondsAgo: 299 }))).body).toEqual({ outcome: "sold" });
});

test("an event of live mode is refused where the key is of test mode", async () => {
  const one = await begun();
  const body = JSON.stringify({ ...JSON.parse(one.body), livemode: true });
  problemOf(await deliver(body), "wrong_mode");
  await expectOpen(one);
});

describe("a store with a key of live mode", () => {
  const live = useSecondStore({ STRIPE_SECRET_KEY: "sk_live_of_nobody" }, "live-store");

  test("refuses events of test mode", async () => {
    const one = await begun();
    problemOf(await deliver(one.body, signatureOf(one.body), live.url), "wrong_mode");
    const event = eventOf("customer.created", {}, { livemode: true });
    expect((await deliver(event, signatureOf(event), live.url)).body).toEqual({ outcome: "ignored" });
    await expectOpen(one);
  });
});

const tooLarge = () => eventOf("customer.created", { filling: "x".repeat(1024 * 1024) });

test("a body of more than a megabyte is refused unread", async () => {
  problemOf(await deliver(tooLarge()), "body_too_large");
});

describe("what is not taken", () => {
  const rows = () => sql<{ reason: string; deliveries: number }[]>`
    select reason, sum(deliveries)::int as deliveries from webhook_failures group by reason`;
  const counts = async () => new Map((await rows()).map(({ reason, deliveries }) => [reason, deliveries]));
  /** By how much each reason grew meanwhile; until that is as much as is expected, or for five seconds. */
  async function expectCounted(expected: Record<string, number>, act: () => Promise<unknown>) {
    const before = await counts();
    await act();
    await expect
      .poll(
        async () => {
          const grown = [...(await counts())].map(([reason, now]) => [
            reason,
            now - (before.get(reason) ?? 0),
          ]);
          return Object.fromEntries(grown.filter(([, more]) => Number(more) > 0));
        },
        { timeout: 5_000 },
      )
      .toEqual(expected);
  }

  test("is counted by its reason, a flood in a few rows, and the shop's health says it", async () => {
    const { body } = await begun();
    const live = JSON.stringify({ ...JSON.parse(body), livemode: true });
    await expectCounted({ signature_refused: 40, wrong_mode: 1, body_too_large: 1 }, () =>
      Promise.all([
        ...Array.from({ length: 40 }, () => deliver(body, "t=1,v1=forged")),
        deliver(live),
        deliver(tooLarge()),
      ]),
    );
    const [row] =
      await sql`select count(*)::int as rows from webhook_failures where hour >= now() - interval '1 hour'`;
    expect(row?.rows).toBeLessThanOrEqual(12);
    const admin = newGuest();
    const headers = { authorization: `Bearer ${storeKeys().cronSecret}` };
    const health = bodyOf(await admin.send("GET", "/api/admin/health", { headers }), 200, ShopHealthSchema);
    expect(health.checks.find(({ name }) => name === "webhooks_failing")).toMatchObject({
      says: expect.stringMatching(/\d+ were refused for their signature, [1-9]\d* for their mode/),
      recommendation: expect.stringContaining("STRIPE_WEBHOOK_SECRET"),
    });
  });

  test("is no failure of the store where it breaks off, as anybody can make it", async () => {
    await expectCounted({ signature_refused: 3 }, () => Promise.all([breakOff(), breakOff(), breakOff()]));
  });

  test("is counted also where the store itself failed", async () => {
    const { body } = await begun();
    // What no version of Stripe sends, and what a change of theirs could look like to us.
    const bad = JSON.stringify({ ...JSON.parse(body), data: {} });
    await expectCounted({ failed: 1 }, async () => expect((await deliver(bad)).status).toBe(500));
  });

  test("and what is taken is not", async () => {
    const { body } = await begun();
    await expectCounted({}, () => deliver(body));
  });
});

test.each([
  "customer.created",
  "payment_intent.succeeded",
  "charge.succeeded",
  "invoice.paid",
  "v2.core.event",
  "no.such.thing",
])("an event of a kind that the store does not listen to, %s, is acknowledged", async (type) => {
  const before = await fingerprint(sql);
  expect((await deliver(eventOf(type, { id: "x", object: "x" }))).status).toBe(200);
  expect(await fingerprint(sql)).toEqual(before);
});

test("sessions of another program on the same account are acknowledged, and noted", async () => {
  for (const reference of [null, "order-17", "b0000000-0000-4000-8000-00000000dead"]) {
    const { sessionId } = await payer(sql);
    const foreign = { ...paidAs(), id: "cs_test_of_another_shop", client_reference_id: reference };
    const body = eventOf("checkout.session.completed", await sessionAs(sessionId, foreign));
    expect((await deliver(body)).status).toBe(200);
  }
});

test("a session of another program that names a payment of ours neither pays nor ends it", async () => {
  const one = await begun();
  const foreign = { id: "cs_test_of_another_shop", metadata: {} };
  const ended = { ...foreign, status: "expired" };
  for (const [type, changes] of [
    ["checkout.session.completed", { ...paidAs(), ...foreign }],
    ["checkout.session.expired", ended],
  ] as const) {
    const answer = await deliver(eventOf(type, await sessionAs(one.sessionId, changes)));
    expect(answer.body).toEqual({ outcome: "another_session" });
  }
  await expectOpen(one);
  const alerts = await sql`select kind from alerts where details ->> 'paymentId' = ${one.paymentId}`;
  expect(alerts).toEqual([{ kind: "foreign_session" }]);
  expect((await deliver(one.body)).body).toEqual({ outcome: "sold" });
});

test("a browser of any other site may send it, for only the signature counts", async () => {
  const { body } = await begun();
  const headers = {
    "content-type": "application/json",
    "stripe-signature": signatureOf(body),
    origin: "https://evil.example",
    "sec-fetch-site": "cross-site",
  };
  const answer = await newGuest().send("POST", "/api/webhooks/stripe", { body, headers });
  expect(answer.body).toEqual({ outcome: "sold" });
});

describe("while the database is down", () => {
  const second = useSecondStore({}, "store-without-database");
  afterEach(() => second.gateway.open());

  test("an event is not acknowledged, so that it comes again, and then it counts", async () => {
    const one = await begun();
    await second.gateway.close();
    problemOf(await deliver(one.body, signatureOf(one.body), second.url), "database_unavailable");
    // It cannot be counted where the counters are: so the log says it.
    await expect
      .poll(() => second.log(), { timeout: 20_000 })
      .toMatch(/"reason":"database_unavailable","deliveries":1/);
    await second.gateway.open();
    await second.gateway.loseNext();
    const lost = await deliver(one.body, signatureOf(one.body), second.url);
    expect([200, 503]).toContain(lost.status);
    const again = await deliver(one.body, signatureOf(one.body), second.url);
    expect(again.status).toBe(200);
    expect(await orderOf(one.guest, one.orderId)).toMatchObject({ status: "paid" });
    expect(await stock(sql, one.variantId)).toEqual({ onHand: 8, reserved: 0 });
  });
});
