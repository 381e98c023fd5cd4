import { beforeEach, expect, test } from "vitest";
import { buy, type Order } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// A dispute is of one order, and is dated by the first word of it.

const db = useTestDatabase();
let mine: Order;
let another: Order;

beforeEach(async () => {
  const variantId = await createVariant(db.sql, 5);
  const buyOne = async () => {
    const shopperId = newShopper();
    await hold(db.sql, shopperId, variantId);
    return buy(db.sql, shopperId);
  };
  [mine, another] = [await buyOne(), await buyOne()];
});

async function dispute() {
  expect(await answerOf(db.sql, "record_dispute($1)", [`pi_${mine.paymentId}`])).toMatchObject({
    outcome: "recorded",
    orderId: mine.orderId,
  });
}

/** As exactly as the database knows it. */
async function disputedAt({ orderId }: Order): Promise<string | null> {
  const [row] = await db.sql`select disputed_at::text as at from orders where id = ${orderId}`;
  return must(row).at;
}

test("a dispute is about its own order alone", async () => {
  await dispute();
  expect(await disputedAt(mine)).not.toBeNull();
  expect(await disputedAt(another)).toBeNull();
});

test("what is heard of a dispute later leaves the time at which it was first heard of", async () => {
  await dispute();
  const first = await disputedAt(mine);
  await dispute();
  expect(await disputedAt(mine)).toBe(first);
});

test("a dispute is written down while somebody works on another order", async () => {
  await db.sql.begin(async (tx) => {
    await tx`select 1 from orders where id = ${another.orderId} for no key update`;
    await dispute();
  });
});
