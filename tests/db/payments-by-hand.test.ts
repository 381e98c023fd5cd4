import { describe, expect, test } from "vitest";
import { expired, orderOf, paid, settle } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { must, stockOf } from "../support/shop.ts";
import { useSecondPayment } from "./second-payment.ts";
import { begin, commit, sqlStateOf, startBlocked } from "./sessions.ts";

// Money that is entered by hand as an order of elsewhere, while a checkout here may be what it came by.

const db = useTestDatabase();
const at = useSecondPayment(db);
const { cart, pay, payAgain, refundsOf, openAlerts, orderOfMoney } = at;

/** Enters the payment as an order by phone, as an admin may who finds it at Stripe. */
async function enter(intent: string, paymentId: string | null = null, sql = db.sql) {
  const line = { variantId: cart.variantId, quantity: 1, unitPriceCents: cart.payment.amountCents };
  const money = { amountCents: cart.payment.amountCents, currency: "EUR", paymentIntentId: intent };
  const [row] = await sql<{ answer: { outcome: string; order: { orderId: string } } }[]>`
    select record_paid_order('import', '{}', ${sql.json([line])},
      ${sql.json({ ...money, ...(paymentId && { paymentId }) })}) as answer`;
  return must(row).answer;
}

const intent = () => `pi_${cart.payment.paymentId}`;

test("is refused where it is said to be the payment of an order that is here", async () => {
  expect(await enter(intent(), cart.payment.paymentId)).toMatchObject({
    outcome: "already_known",
    order: { orderId: cart.payment.orderId },
  });
  expect((await pay()).outcome).toBe("sold");
  expect((await enter(intent(), cart.payment.paymentId)).outcome).toBe("already");
  expect((await enter(at.second, cart.payment.paymentId)).outcome).toBe("already_known");
  await payAgain();
  expect((await enter(at.second)).outcome).toBe("already_known");
  expect(await stockOf(db.sql, cart.variantId)).toEqual({ on_hand: 3, reserved: 0 });
  expect(await sqlStateOf(enter(at.second, "no-id"))).toBe("HF001");
});

test("is refused while the bank works on it for an order that is here", async () => {
  const session = { status: "complete", paymentStatus: "unpaid", paymentIntentId: intent() } as const;
  await settle(db.sql, cart.payment.paymentId, session);
  expect(await enter(intent())).toMatchObject({
    outcome: "already_known",
    order: { orderId: cart.payment.orderId },
  });
});

test("is that order's, and the checkout that it came by ends without a sale, told as often as Stripe may", async () => {
  const { order, outcome } = await enter(intent());
  expect(outcome).toBe("sold");
  expect(await pay()).toMatchObject({ outcome: "ended", order: { status: "cancelled", refunds: [] } });
  expect((await pay()).outcome).toBe("already");
  expect(await openAlerts()).toEqual(["entered_twice"]);
  const [alert] =
    await db.sql`select details ->> 'enteredAs' as id from alerts where subject = ${cart.payment.paymentId}`;
  expect(alert?.id).toBe(order.orderId);
  expect(await orderOfMoney(intent())).toBe(order.orderId);
  // One unit is sold with the order by hand, the two of the checkout are in the cart again.
  expect(await stockOf(db.sql, cart.variantId)).toEqual({ on_hand: 4, reserved: 2 });
  expect((await orderOf(db.sql, order.orderId)).refunds).toEqual([]);
});

test("while the bank works on the checkout's own is no reason to fail either", async () => {
  await enter(intent());
  const session = { status: "complete", paymentStatus: "unpaid", paymentIntentId: intent() } as const;
  expect((await settle(db.sql, cart.payment.paymentId, session)).outcome).toBe("processing");
  expect((await pay()).outcome).toBe("ended");
});

test("at the moment in which Stripe tells of it: who comes second waits, and finds it done", async () => {
  const [first, second] = db.connect(2) as [Sql, Sql];
  await begin(first);
  expect((await enter(intent(), null, first)).outcome).toBe("sold");
  const told = await startBlocked(db, second, (sql) =>
    settle(sql, cart.payment.paymentId, paid(cart.payment)),
  );
  await commit(first);
  expect((await told.result).outcome).toBe("ended");
});

test("at the moment in which Stripe's word is written down: it waits, and is known", async () => {
  const [first, second] = db.connect(2) as [Sql, Sql];
  await begin(first);
  expect((await settle(first, cart.payment.paymentId, paid(cart.payment))).outcome).toBe("sold");
  const entered = await startBlocked(db, second, (sql) => enter(intent(), null, sql));
  await commit(first);
  expect((await entered.result).outcome).toBe("already");
});

describe("is not paid back with what comes after", () => {
  test("as a second payment by another session", async () => {
    await enter(at.second);
    expect((await payAgain()).outcome).toBe("another_session");
    expect(await refundsOf()).toEqual([]);
  });

  test("as a second payment by the same session", async () => {
    await pay();
    await enter(at.second);
    const again = await cart.settled(paid(cart.payment, { paymentIntentId: at.second }));
    expect(again.outcome).toBe("already");
    expect(await refundsOf()).toEqual([]);
  });
});

test("is entered twice only if it came here", async () => {
  await enter(at.second);
  expect((await cart.settled({ ...expired, paymentIntentId: at.second })).outcome).toBe("ended");
  expect(await openAlerts()).toEqual([]);
});
