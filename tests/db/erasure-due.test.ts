import { beforeEach, expect, test } from "vitest";
import { buy, type Order } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund } from "../support/refunds.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// Addresses of erased accounts that were to be kept for a while go when nobody waits for anything any more.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";

beforeEach(async () => {
  // What other tests left is nobody's here.
  await db.sql`update orders set is_erasure_due = false where is_erasure_due`;
  variantId = await createVariant(db.sql, 20);
  shopperId = newShopper();
});

const buyOne = async (buyer = shopperId): Promise<Order> => {
  await hold(db.sql, buyer, variantId);
  return buy(db.sql, buyer);
};
const ship = ({ orderId }: Order) => answerOf(db.sql, "mark_shipped($1)", [orderId]);
const allMailsAreSent = () => db.sql`update outgoing_mails set sent_at = now() where sent_at is null`;
const eraseAll = () => answerOf(db.sql, "private.erase_orders_of($1)", [shopperId]);
const eraseDue = (limit = 500) => answerOf(db.sql, "erase_due_orders($1)", [limit]);
const isErased = async ({ orderId }: Order): Promise<boolean> => {
  const [row] = await db.sql`select email is null as is_erased from orders where id = ${orderId}`;
  return must(row).is_erased;
};

const endings: [string, boolean, (order: Order) => Promise<unknown>][] = [
  ["is to be sent", false, async () => {}],
  ["was sent", true, ship],
  ["was cancelled", true, ({ orderId }) => answerOf(db.sql, "cancel_order($1, true)", [orderId])],
  [
    "was paid back",
    true,
    async ({ orderId, totalCents }) => {
      const { refundId } = await askRefund(db.sql, orderId, [], { amountCents: totalCents });
      const { order } = await recordRefund(db.sql, refundId, "succeeded");
      expect(order).toMatchObject({ status: "refunded", shippedAt: null, cancelledAt: null });
    },
  ],
];

test.each(endings)(
  "an order that %s when its account is erased: erased at once is %s",
  async (_, is, end) => {
    const order = await buyOne();
    await end(order);
    await eraseAll();
    expect(await isErased(order)).toBe(is);
  },
);

test.each(endings)("an order that %s since its account was erased: erased now is %s", async (_, is, end) => {
  const order = await buyOne();
  await eraseAll();
  await end(order);
  await allMailsAreSent();
  expect(await eraseDue()).toMatchObject({ erased: Number(is), more: false });
  expect(await isErased(order)).toBe(is);
});

test("what is erased was erased when it was", async () => {
  const { orderId } = await buyOne();
  const erasedAt = async (hours: number) => {
    const ago = `clock_timestamp() - make_interval(hours => ${hours})`;
    await answerOf(db.sql, `private.erase_orders(array[$1::uuid], ${ago})`, [orderId]);
    const [row] = await db.sql`select erased_at from orders where id = ${orderId}`;
    return must(row).erased_at as Date;
  };
  const first = await erasedAt(2);
  expect(await erasedAt(1)).toEqual(first);
});

test("whose account is there keeps the address of what was sent", async () => {
  const order = await buyOne();
  await ship(order);
  await allMailsAreSent();
  expect((await eraseDue()).erased).toBe(0);
  expect(await isErased(order)).toBe(false);
});

test("a mail that was not sent yet is waited for, for three days", async () => {
  const order = await buyOne();
  await eraseAll();
  await ship(order);
  const passes = (interval: string) =>
    db.sql`update outgoing_mails set created_at = created_at - ${interval}::interval where order_id = ${order.orderId}`;
  await passes("71 hours");
  expect((await eraseDue()).erased).toBe(0);
  await passes("61 minutes");
  expect((await eraseDue()).erased).toBe(1);
});

test("no more are erased at a time than were asked for, the oldest first", async () => {
  const [first, second] = [await buyOne(), await buyOne()];
  await eraseAll();
  for (const order of [first, second]) await ship(order);
  await allMailsAreSent();
  expect(await eraseDue(1)).toMatchObject({ erased: 1, more: true });
  expect([await isErased(first), await isErased(second)]).toEqual([true, false]);
  expect(await eraseDue(2)).toMatchObject({ erased: 1, more: false });
});
