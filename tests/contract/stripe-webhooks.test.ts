import Stripe from "stripe";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { aSession, isStripeItself, useStandIn } from "../support/stripe-target.ts";
import { useWebhookCatcher } from "../support/webhook-catcher.ts";

const SECRET = "whsec_of_a_test";
const construct = (body: string, header: string, secret = SECRET) =>
  Stripe.webhooks.constructEvent(body, header, secret);

describe("a signature, as the official package checks it", () => {
  const payload = JSON.stringify({ id: "evt_1", object: "event", type: "charge.refunded" }, null, 2);
  const sign = (more: object = {}) =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, ...more });

  test("is of these very bytes, this secret, and these five minutes", () => {
    expect(construct(payload, sign()).id).toBe("evt_1");
    const now = Math.floor(Date.now() / 1000);
    expect(construct(payload, sign({ timestamp: now - 290 })).id).toBe("evt_1");
    expect(() => construct(payload, sign({ timestamp: now - 310 }))).toThrow("tolerance");
    expect(() => construct(payload.replace("evt_1", "evt_2"), sign())).toThrow("signature");
    expect(() => construct(JSON.stringify(JSON.parse(payload)), sign())).toThrow("signature");
    expect(() => construct(payload, sign(), "whsec_other")).toThrow("signature");
  });
});

function contractOfDeliveries() {
  const standIn = useStandIn({ webhookSecret: SECRET });
  const catcher = useWebhookCatcher();
  const newSession = () => standIn.stripe.checkout.sessions.create(aSession());
  const pay = async () => {
    const { id } = await newSession();
    return standIn.controls.pay({ session: id, outcome: "success" });
  };
  const delivered = async () => expect(await standIn.controls.delivered()).toEqual({ pending: 0 });

  beforeAll(() => standIn.controls.webhook({ url: catcher.url() }));
  beforeEach(() =>
    standIn.controls.deliveries({ held: false, copies: 1, delayMs: 0, shuffled: false, concurrency: 8 }),
  );

  test("each is signed and is what the API says of the event", async () => {
    const session = await pay();
    await delivered();
    expect(catcher.types().toSorted()).toEqual([
      "charge.succeeded",
      "checkout.session.completed",
      "payment_intent.created",
      "payment_intent.succeeded",
    ]);
    for (const { headers, body } of catcher.caught) {
      const event = construct(body, String(headers["stripe-signature"]));
      expect(event).toMatchObject({ object: "event", livemode: false, api_version: Stripe.API_VERSION });
      expect(await standIn.stripe.events.retrieve(event.id)).toMatchObject({
        id: event.id,
        data: event.data,
      });
    }
    const [completed] = await standIn.controls.events({
      type: "checkout.session.completed",
      about: session.id,
    });
    expect(completed?.data.object).toMatchObject({ id: session.id, payment_status: "paid" });
  });

  test("what is not answered with 2xx comes again, signed anew", async () => {
    const { id } = await newSession();
    catcher.answer(500, 404, 302);
    await standIn.stripe.checkout.sessions.expire(id);
    await delivered();
    expect(catcher.types()).toEqual(Array(4).fill("checkout.session.expired"));
    expect(new Set(catcher.ids()).size).toBe(1);
    const [event = ""] = catcher.ids();
    const attempts = await standIn.controls.attempts({ event });
    expect(attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 500],
      [2, 404],
      [3, 302],
      [4, 200],
    ]);
    for (const { headers, body } of catcher.caught) construct(body, String(headers["stripe-signature"]));
    expect((await standIn.stripe.events.retrieve(event)).pending_webhooks).toBe(0);
  });

  test("can be held back and let go in another order", async () => {
    await standIn.controls.deliveries({ held: true, concurrency: 1 });
    await pay();
    expect(catcher.caught).toEqual([]);
    expect(await standIn.controls.delivered()).toEqual({ pending: 4 });
    const inOrder = (await standIn.controls.events()).slice(-4).map(({ id }) => id);
    await standIn.controls.release({ order: "reverse" });
    await delivered();
    expect(catcher.ids()).toEqual(inOrder.toReversed());
  });

  test("can be let go several times each, shuffled, the same way for the same seed", async () => {
    await standIn.controls.deliveries({ held: true, concurrency: 1, seed: 7 });
    await pay();
    await standIn.controls.release({ order: "shuffled", copies: 3 });
    await delivered();
    const first = catcher.types();
    expect(first).toHaveLength(12);
    expect(first).not.toEqual(first.toSorted());
    catcher.caught.length = 0;
    await standIn.controls.deliveries({ held: true, seed: 7 });
    await pay();
    await standIn.controls.release({ order: "shuffled", copies: 3 });
    await delivered();
    expect(catcher.types()).toEqual(first);
  });

  test("can be multiplied, and repeated long after", async () => {
    await standIn.controls.deliveries({ copies: 2, shuffled: true });
    const session = await pay();
    await delivered();
    expect(catcher.ids()).toHaveLength(8);
    const [event] = await standIn.controls.events({ type: "checkout.session.completed", about: session.id });
    await standIn.controls.deliverAgain({ event: event?.id ?? "", times: 3 });
    await delivered();
    expect(catcher.ids().filter((id) => id === event?.id)).toHaveLength(5);
  });

  test("can be left to some types, as an endpoint at Stripe is", async () => {
    await standIn.controls.webhook({ events: ["checkout.session.completed"] });
    await pay();
    await delivered();
    expect(catcher.types()).toEqual(["checkout.session.completed"]);
    await standIn.controls.webhook({ events: null });
  });
}

if (!isStripeItself) describe("deliveries", contractOfDeliveries);
