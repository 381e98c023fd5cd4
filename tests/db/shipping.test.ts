import { expect, test } from "vitest";
import { buy, startCheckout } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { recordRefund } from "../support/refunds.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// What is sent off: what was not cancelled, and what was given away as well.

const db = useTestDatabase();

async function holdOne(priceCents: number): Promise<string> {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, await createVariant(db.sql, 5, { priceCents }));
  return shopperId;
}
const ship = async (orderId: string) => (await answerOf(db.sql, "mark_shipped($1)", [orderId])).outcome;

test("what was cancelled is not sent, though its money could not go back", async () => {
  const { orderId } = await buy(db.sql, await holdOne(1000));
  const { refundId } = await answerOf(db.sql, "cancel_order($1)", [orderId]);
  const { order } = await recordRefund(db.sql, refundId, "failed");
  expect(order).toMatchObject({ status: "paid", refundedCents: 0 });
  expect(await ship(orderId)).toBe("not_shippable");
});

test("a gift is sent, though there is no money of it to keep", async () => {
  await db.sql`update store_settings set shipping_cents = 0`;
  const { order } = await startCheckout(db.sql, await holdOne(0), { totalCents: 0 });
  expect(await ship(must(order).orderId)).toBe("shipped");
});
