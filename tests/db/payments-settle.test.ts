import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import {
  buy,
  expired,
  failed,
  orderOf,
  paid,
  patiently,
  type Session,
  settle,
  startCheckout,
  stillOpen,
  unpaid,
} from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { cartOf, must, reserve, stockOf } from "../support/shop.ts";
import { usePinnedCart } from "./pinned-cart.ts";
import { sqlStateOf } from "./sessions.ts";

// Whatever Stripe says of a payment, and however often: one sale, one refund, or nothing.

const db = useTestDatabase();
const at = usePinnedCart(db);
const { settled, mails, statusOf } = at;

test("paid: the hold becomes the sale, on_hand drops with its movement, and the shopper is told", async () => {
  const answer = await settled(paid(at.payment));
  expect(answer).toMatchObject({
    outcome: "sold",
    order: { status: "paid", paymentStatus: "succeeded", refunds: [] },
  });
  expect(await statusOf(at.mine.reservationId)).toBe("confirmed");
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 3, reserved: 0 });
  const movements = await db.sql`
    select actor, reason, delta from stock_movements where variant_id = ${at.variantId} order by id desc limit 1`;
  expect(movements).toEqual([{ actor: "system", reason: `sale ${answer.order.number}`, delta: -2 }]);
  expect(await mails()).toEqual(["confirmation"]);
});

test("the same word again, and any later one, changes nothing", async () => {
  await settled(paid(at.payment));
  for (const session of [paid(at.payment), failed, expired, unpaid]) {
    expect(await settled(session)).toMatchObject({ outcome: "already", order: { status: "paid" } });
  }
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 3, reserved: 0 });
  expect(await mails()).toEqual(["confirmation"]);
});

test("an event is heard once; another event for the same payment finds it done", async () => {
  const id = randomUUID();
  const event = { id, type: "checkout.session.completed" };
  expect((await settle(db.sql, at.payment.paymentId, paid(at.payment), "return", event)).outcome).toBe(
    "sold",
  );
  expect((await settle(db.sql, at.payment.paymentId, paid(at.payment), "return", event)).outcome).toBe(
    "duplicate_event",
  );
  const other = { id: randomUUID(), type: "checkout.session.async_payment_failed" };
  expect((await settle(db.sql, at.payment.paymentId, failed, "return", other)).outcome).toBe("already");
  expect(
    await db.sql`select type, outcome from payment_events where payment_id = ${at.payment.paymentId} order by at`,
  ).toEqual([
    { type: event.type, outcome: "sold" },
    { type: other.type, outcome: "already" },
  ]);
});

test("open: nothing is done", async () => {
  expect((await settled(stillOpen, "expire")).outcome).toBe("still_open");
  expect(await statusOf(at.mine.reservationId)).toBe("paying");
});

test("completed but unpaid stays pinned until Stripe's last word: then it is sold", async () => {
  expect(await settled(unpaid)).toMatchObject({ outcome: "processing", order: { status: "pending" } });
  expect((await settled(unpaid)).outcome).toBe("processing");
  expect(await statusOf(at.mine.reservationId)).toBe("paying");
  expect((await startCheckout(db.sql, at.shopperId)).outcome).toBe("payment_open");
  expect((await settled(paid(at.payment))).outcome).toBe("sold");
});

test("completed but unpaid, then failed: the hold is in the cart again, and the shopper is told", async () => {
  await settled(unpaid);
  expect(await settled(failed)).toMatchObject({ outcome: "ended", order: { status: "cancelled" } });
  expect((await cartOf(db.sql, at.shopperId)).lines).toMatchObject([
    { reservationId: at.mine.reservationId },
  ]);
  expect(await mails()).toEqual(["payment_failed"]);
});

test.each([
  ["one cent less", { amountCents: 2489 }],
  ["one cent more", { amountCents: 2491 }],
  ["another currency", { currency: "usd" }],
] as const)(
  "%s: what was received goes back, somebody is alerted, the hold is in the cart again",
  async (_, but) => {
    const session = paid(at.payment, but);
    const answer = await settled(session);
    expect(answer).toMatchObject({
      outcome: "refund_due",
      order: {
        status: "refunded",
        refunds: [
          {
            amountCents: session.amountCents,
            currency: session.currency?.toUpperCase(),
            reason: "wrong_amount",
            status: "requested",
          },
        ],
      },
    });
    expect(await db.sql`select kind from alerts where subject = ${at.payment.paymentId}`).toEqual([
      { kind: "wrong_amount" },
    ]);
    expect((await cartOf(db.sql, at.shopperId)).lines).toMatchObject([
      { reservationId: at.mine.reservationId },
    ]);
    expect((await settled(paid(at.payment))).outcome).toBe("already");
  },
);

test("the same word 20 times at once is one sale", async () => {
  const answers = await Promise.all(
    db.connect(20).map((s) => patiently(() => settle(s, at.payment.paymentId, paid(at.payment)))),
  );
  expect(answers.map(({ outcome }) => outcome).sort()).toEqual([...Array(19).fill("already"), "sold"]);
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 3, reserved: 0 });
});

test("the same event 20 times at once is one sale and one row", async () => {
  const event = { id: randomUUID() };
  const answers = await Promise.all(
    db
      .connect(20)
      .map((s) => patiently(() => settle(s, at.payment.paymentId, paid(at.payment), "return", event))),
  );
  expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
    ...Array(19).fill("duplicate_event"),
    "sold",
  ]);
});

test("all words at once end in one of them", async () => {
  const words = [paid(at.payment), failed, expired, unpaid, stillOpen];
  const answers = await Promise.all(
    db
      .connect(40)
      .map((s, i) => patiently(() => settle(s, at.payment.paymentId, must(words[i % words.length])))),
  );
  // Whatever came first, the success comes through: late, where it was late.
  expect(answers.filter(({ outcome }) => outcome === "sold")).toHaveLength(1);
  expect((await orderOf(db.sql, at.payment.orderId)).status).toBe("paid");
  expect((await stockOf(db.sql, at.variantId)).on_hand).toBe(3);
});

test("an unknown payment and nonsense change nothing", async () => {
  expect((await settle(db.sql, randomUUID(), paid(at.payment))).outcome).toBe("not_found");
  for (const session of [
    {},
    { status: "complete" },
    paid(at.payment, { amountCents: -1 }),
    paid(at.payment, { currency: "" }),
    { ...stillOpen, status: "gone" },
  ]) {
    expect(await sqlStateOf(settled(session as Session)), JSON.stringify(session)).toBe("HF001");
  }
  expect(await sqlStateOf(settled(expired, "keep" as "return"))).toBe("HF001");
  expect(await statusOf(at.mine.reservationId)).toBe("paying");
});

test("what was bought is bought: the next cart is another order", async () => {
  await settled(paid(at.payment));
  await reserve(db.sql, at.shopperId, at.variantId, 1);
  const order = await buy(db.sql, at.shopperId);
  expect(order.orderId).not.toBe(at.payment.orderId);
  expect(order.number).toBeGreaterThan(at.payment.orderNumber);
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 2, reserved: 0 });
});
