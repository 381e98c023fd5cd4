import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  buy,
  expired,
  failed,
  orderOf,
  type Payment,
  paid,
  patiently,
  pinCart,
  type Session,
  settle,
  startCheckout,
  stillOpen,
  unpaid,
} from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  cartOf,
  createVariant,
  expectConsistent,
  type Hold,
  hold,
  letTimePass,
  must,
  newShopper,
  reserve,
  rowOf,
  setQuantity,
  stockOf,
} from "../support/shop.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// Whatever Stripe says of a payment, and however often: one sale, one refund, or nothing.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let mine: Hold;
let payment: Payment;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  shopperId = newShopper();
  mine = await hold(db.sql, shopperId, variantId, 2);
  payment = await pinCart(db.sql, shopperId);
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

const settled = (session: Session, after: "return" | "expire" = "return") =>
  settle(db.sql, payment.paymentId, session, after);
const mails = async () =>
  (
    await db.sql`select kind from outgoing_mails where order_id = ${payment.orderId} order by created_at, kind`
  ).map(({ kind }) => kind);
const statusOf = async (id: string) => (await rowOf(db.sql, id)).status;

test("paid: the hold becomes the sale, on_hand drops with its movement, and the shopper is told", async () => {
  const answer = await settled(paid(payment));
  expect(answer).toMatchObject({
    outcome: "sold",
    order: { status: "paid", paymentStatus: "succeeded", refunds: [] },
  });
  expect(await statusOf(mine.reservationId)).toBe("confirmed");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 0 });
  const movements = await db.sql`
    select actor, reason, delta from stock_movements where variant_id = ${variantId} order by id desc limit 1`;
  expect(movements).toEqual([{ actor: "system", reason: `sale ${answer.order.number}`, delta: -2 }]);
  expect(await mails()).toEqual(["confirmation"]);
});

test("the same word again, and any later one, changes nothing", async () => {
  await settled(paid(payment));
  for (const session of [paid(payment), failed, expired, unpaid]) {
    expect(await settled(session)).toMatchObject({ outcome: "already", order: { status: "paid" } });
  }
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 0 });
  expect(await mails()).toEqual(["confirmation"]);
});

test("an event is heard once; another event for the same payment finds it done", async () => {
  const id = randomUUID();
  const event = { id, type: "checkout.session.completed" };
  expect((await settle(db.sql, payment.paymentId, paid(payment), "return", event)).outcome).toBe("sold");
  expect((await settle(db.sql, payment.paymentId, paid(payment), "return", event)).outcome).toBe(
    "duplicate_event",
  );
  const other = { id: randomUUID(), type: "checkout.session.async_payment_failed" };
  expect((await settle(db.sql, payment.paymentId, failed, "return", other)).outcome).toBe("already");
  expect(
    await db.sql`select type, outcome from payment_events where payment_id = ${payment.paymentId} order by at`,
  ).toEqual([
    { type: event.type, outcome: "sold" },
    { type: other.type, outcome: "already" },
  ]);
});

test("open: nothing is done", async () => {
  expect((await settled(stillOpen, "expire")).outcome).toBe("still_open");
  expect(await statusOf(mine.reservationId)).toBe("paying");
});

test("completed but unpaid stays pinned until Stripe's last word: then it is sold", async () => {
  expect(await settled(unpaid)).toMatchObject({ outcome: "processing", order: { status: "pending" } });
  expect((await settled(unpaid)).outcome).toBe("processing");
  expect(await statusOf(mine.reservationId)).toBe("paying");
  expect((await startCheckout(db.sql, shopperId)).outcome).toBe("payment_open");
  expect((await settled(paid(payment))).outcome).toBe("sold");
});

test("completed but unpaid, then failed: the hold is in the cart again, and the shopper is told", async () => {
  await settled(unpaid);
  expect(await settled(failed)).toMatchObject({ outcome: "ended", order: { status: "cancelled" } });
  expect((await cartOf(db.sql, shopperId)).lines).toMatchObject([{ reservationId: mine.reservationId }]);
  expect(await mails()).toEqual(["payment_failed"]);
});

test("back to the cart: the hold has what it had left, however long it was pinned, past its maximum if need be", async () => {
  await letTimePass(db, 12_000, shopperId);
  await settled(expired);
  const [row] =
    await db.sql`select expires_at - clock_timestamp() > '14 min' as has_time, expires_at <= max_expires_at as fits
    from reservations where id = ${mine.reservationId}`;
  expect(row).toEqual({ has_time: true, fits: true });
});

test("back to the cart: two minutes at least", async () => {
  const other = newShopper();
  const { reservationId } = await hold(db.sql, other, variantId);
  await letTimePass(db, 890, other);
  await settle(db.sql, (await pinCart(db.sql, other)).paymentId, expired);
  const [row] = await db.sql`select extract(epoch from expires_at - ended.at)::int as seconds
    from reservations r, lateral (select at from audit_log where entity_id = r.id order by id desc limit 1) as ended
    where r.id = ${reservationId}`;
  expect(row?.seconds).toBe(120);
});

test("the window is over: the units are free, and the shopper sees what was lost", async () => {
  expect(await settled(expired, "expire")).toMatchObject({
    outcome: "ended",
    order: { status: "cancelled" },
  });
  expect(await statusOf(mine.reservationId)).toBe("expired");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 0 });
  expect((await cartOf(db.sql, shopperId)).lapsed).toMatchObject([{ reservationId: mine.reservationId }]);
  expect(await mails()).toEqual([]);
});

test("back to the cart meets a hold that was taken meanwhile: one line of both", async () => {
  const more = await hold(db.sql, shopperId, variantId, 1);
  await settled(expired);
  const { lines } = await cartOf(db.sql, shopperId);
  expect(lines).toMatchObject([{ reservationId: more.reservationId, quantity: 3 }]);
  expect(await statusOf(mine.reservationId)).toBe("released");
});

test("back to the cart meets a lapsed one: that one is expired, not revived", async () => {
  const more = await hold(db.sql, shopperId, variantId, 1);
  await letTimePass(db, 901, shopperId);
  await settled(expired);
  expect((await cartOf(db.sql, shopperId)).lines).toMatchObject([
    { reservationId: mine.reservationId, quantity: 2 },
  ]);
  expect(await statusOf(more.reservationId)).toBe("expired");
});

test.each([
  ["failed", failed],
  ["expired", expired],
])("a success after %s confirms the hold that is back in the cart", async (_, ended) => {
  await settled(ended);
  expect((await settled(paid(payment))).outcome).toBe("sold");
  expect(await statusOf(mine.reservationId)).toBe("confirmed");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 0 });
});

test("a late success takes its units out of a larger line, and leaves a smaller one alone", async () => {
  await settled(expired);
  await setQuantity(db.sql, shopperId, mine.reservationId, 4);
  expect((await settled(paid(payment))).outcome).toBe("sold");
  expect((await cartOf(db.sql, shopperId)).lines).toMatchObject([{ quantity: 2 }]);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 2 });
});

test("a late success whose hold is pinned by the next payment takes free units instead", async () => {
  await settled(expired);
  const next = await pinCart(db.sql, shopperId);
  expect((await settled(paid(payment))).outcome).toBe("sold");
  expect(await statusOf(mine.reservationId)).toBe("paying");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 2 });
  expect((await settle(db.sql, next.paymentId, paid(next))).outcome).toBe("sold");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 1, reserved: 0 });
});

test("a late success whose units are free takes them again", async () => {
  await settled(expired, "expire");
  expect((await settled(paid(payment))).outcome).toBe("sold");
  const [sold] =
    await db.sql`select r.status, r.replaces_id from order_lines l join reservations r on r.id = l.reservation_id
    where l.order_id = ${payment.orderId}`;
  expect(sold).toEqual({ status: "confirmed", replaces_id: mine.reservationId });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 0 });
});

test("a late success takes what others have let lapse", async () => {
  await settled(expired, "expire");
  const other = newShopper();
  await hold(db.sql, other, variantId, 5);
  await letTimePass(db, 901, other);
  expect((await settled(paid(payment))).outcome).toBe("sold");
});

test("a late success takes them at another location, if that one has them all", async () => {
  await settled(expired, "expire");
  await hold(db.sql, newShopper(), variantId, 4);
  const elsewhere = await addLocation(db.sql, variantId, 2, 9);
  expect((await settled(paid(payment))).outcome).toBe("sold");
  const [level] =
    await db.sql`select on_hand from stock_levels where variant_id = ${variantId} and location_id = ${elsewhere}`;
  expect(level?.on_hand).toBe(0);
});

test("gone: one refund of all that was received, and a message", async () => {
  await settled(expired, "expire");
  await hold(db.sql, newShopper(), variantId, 4);
  const answer = await settled(paid(payment));
  expect(answer).toMatchObject({
    outcome: "refund_due",
    order: {
      status: "refunded_out_of_stock",
      refunds: [
        {
          refundId: answer.refundId,
          amountCents: payment.amountCents,
          reason: "out_of_stock",
          status: "requested",
          lines: [],
        },
      ],
    },
  });
  expect((await settled(paid(payment))).outcome).toBe("already");
  expect((await orderOf(db.sql, payment.orderId)).refunds).toHaveLength(1);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 4 });
  expect(await mails()).toEqual(["out_of_stock"]);
});

test("all or nothing: where one of two lines is gone, the other stays on the shelf", async () => {
  const other = newShopper();
  const second = await createVariant(db.sql, 1);
  await hold(db.sql, other, variantId, 1);
  await hold(db.sql, other, second, 1);
  const both = await pinCart(db.sql, other);
  await settle(db.sql, both.paymentId, expired, "expire");
  await hold(db.sql, newShopper(), second, 1);
  expect((await settle(db.sql, both.paymentId, paid(both))).outcome).toBe("refund_due");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 2 });
  expect(await stockOf(db.sql, second)).toEqual({ on_hand: 1, reserved: 1 });
});

test.each([
  ["one cent less", { amountCents: 2489 }],
  ["one cent more", { amountCents: 2491 }],
  ["another currency", { currency: "usd" }],
] as const)(
  "%s: what was received goes back, somebody is alerted, the hold is in the cart again",
  async (_, but) => {
    const session = paid(payment, but);
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
    expect(await db.sql`select kind from alerts where subject = ${payment.paymentId}`).toEqual([
      { kind: "wrong_amount" },
    ]);
    expect((await cartOf(db.sql, shopperId)).lines).toMatchObject([{ reservationId: mine.reservationId }]);
    expect((await settled(paid(payment))).outcome).toBe("already");
  },
);

test("the same word 20 times at once is one sale", async () => {
  const answers = await Promise.all(
    db.connect(20).map((s) => patiently(() => settle(s, payment.paymentId, paid(payment)))),
  );
  expect(answers.map(({ outcome }) => outcome).sort()).toEqual([...Array(19).fill("already"), "sold"]);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 0 });
});

test("the same event 20 times at once is one sale and one row", async () => {
  const event = { id: randomUUID() };
  const answers = await Promise.all(
    db.connect(20).map((s) => patiently(() => settle(s, payment.paymentId, paid(payment), "return", event))),
  );
  expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
    ...Array(19).fill("duplicate_event"),
    "sold",
  ]);
});

test("all words at once end in one of them", async () => {
  const words = [paid(payment), failed, expired, unpaid, stillOpen];
  const answers = await Promise.all(
    db
      .connect(40)
      .map((s, i) => patiently(() => settle(s, payment.paymentId, must(words[i % words.length])))),
  );
  // Whatever came first, the success comes through: late, where it was late.
  expect(answers.filter(({ outcome }) => outcome === "sold")).toHaveLength(1);
  expect((await orderOf(db.sql, payment.orderId)).status).toBe("paid");
  expect((await stockOf(db.sql, variantId)).on_hand).toBe(3);
});

test("an unknown payment and nonsense change nothing", async () => {
  expect((await settle(db.sql, randomUUID(), paid(payment))).outcome).toBe("not_found");
  for (const session of [
    {},
    { status: "complete" },
    paid(payment, { amountCents: -1 }),
    paid(payment, { currency: "" }),
    { ...stillOpen, status: "gone" },
  ]) {
    expect(await sqlStateOf(settled(session as Session)), JSON.stringify(session)).toBe(
      session === null ? "HF001" : "HF001",
    );
  }
  expect(await sqlStateOf(settled(expired, "keep" as "return"))).toBe("HF001");
  expect(await statusOf(mine.reservationId)).toBe("paying");
});

test("what was bought is bought: the next cart is another order", async () => {
  await settled(paid(payment));
  await reserve(db.sql, shopperId, variantId, 1);
  const order = await buy(db.sql, shopperId);
  expect(order.orderId).not.toBe(payment.orderId);
  expect(order.number).toBeGreaterThan(payment.orderNumber);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 2, reserved: 0 });
});
