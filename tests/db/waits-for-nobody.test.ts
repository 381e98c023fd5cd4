import { beforeEach, expect, test } from "vitest";
import { buy, paid, pinCart, settle } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import {
  createVariant,
  extend,
  hold,
  must,
  newShopper,
  release,
  reserve,
  setQuantity,
} from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { begin, rollback, transfer } from "./sessions.ts";

// One who is about to change something of theirs keeps nobody waiting who has nothing to do with it.

const db = useTestDatabase();
let shopperId = "";
let variantId = "";

/** Rows of somebody else, who bought one thing and is paying for another: all that a function could lock. */
let theirs: string[] = [];

beforeEach(async () => {
  shopperId = newShopper();
  variantId = await createVariant(db.sql, 20);
  const other = newShopper();
  const ofTheirs = await createVariant(db.sql, 5);
  await hold(db.sql, other, ofTheirs);
  const order = await buy(db.sql, other);
  const { refundId } = await askRefund(db.sql, order.orderId, [
    refundLine(must(order.lines[0]).orderLineId, 1),
  ]);
  await hold(db.sql, other, ofTheirs);
  const { paymentId, orderId } = await pinCart(db.sql, other);
  theirs = [
    `shoppers where id = '${other}'`,
    `stock_levels where variant_id = '${ofTheirs}'`,
    `orders where id in ('${orderId}', '${order.orderId}')`,
    `payments where id = '${paymentId}'`,
    `refunds where id = '${refundId}'`,
    `reservations where shopper_id = '${other}'`,
  ];
});

async function besideOther<Result>(work: (session: Sql) => Promise<Result>): Promise<Result> {
  const [first, second] = db.connect(2) as [Sql, Sql];
  await begin(first);
  for (const rows of theirs) await first.unsafe(`select 1 from ${rows} for no key update`);
  await second`set lock_timeout = '500ms'`;
  try {
    return await work(second);
  } finally {
    await rollback(first);
  }
}

const held = () => hold(db.sql, shopperId, variantId);
const pinned = async () => {
  await held();
  return pinCart(db.sql, shopperId);
};
const bought = async () => {
  await held();
  return buy(db.sql, shopperId);
};

test("holding, changing, extending and giving back", async () => {
  const { reservationId } = await held();
  await besideOther(async (sql) => {
    expect((await reserve(sql, newShopper(), variantId)).outcome).toBe("held");
    expect((await reserve(sql, newShopper(), variantId, 1, "set")).outcome).toBe("held");
    expect((await setQuantity(sql, shopperId, reservationId, 3)).outcome).toBe("held");
    await extend(sql, shopperId);
    expect((await release(sql, shopperId)).released).toBe(1);
  });
});

test("signing in", async () => {
  await bought();
  await held();
  expect(await besideOther((sql) => transfer(sql, shopperId, newShopper()))).toMatchObject({ moved: 1 });
});

test("paying", async () => {
  await held();
  const payment = await besideOther((sql) => pinCart(sql, shopperId));
  const answer = await besideOther((sql) => settle(sql, payment.paymentId, paid(payment)));
  expect(answer.outcome).toBe("sold");
});

test("writing down a session", async () => {
  const { paymentId } = await pinned();
  const answer = await besideOther((sql) =>
    answerOf(sql, "record_session($1, 'cs_beside', 'https://pay.example.test')", [paymentId]),
  );
  expect(answer.outcome).toBe("recorded");
});

test("giving money back, and sending", async () => {
  const order = await bought();
  await besideOther(async (sql) => {
    const line = refundLine(must(order.lines[0]).orderLineId, 1);
    const { refundId } = await askRefund(sql, order.orderId, [line]);
    expect((await recordRefund(sql, refundId, "succeeded")).outcome).toBe("recorded");
    const restocked = await answerOf(sql, "decide_restock($1, $2, true)", [refundId, line.orderLineId]);
    expect(restocked.outcome).toBe("decided");
  });
  const another = await bought();
  const sent = await besideOther((sql) => answerOf(sql, "mark_shipped($1)", [another.orderId]));
  expect(sent.outcome).toBe("shipped");
});

test("erasing an account", async () => {
  await bought();
  await besideOther((sql) => answerOf(sql, "private.erase_orders_of($1)", [shopperId]));
});
