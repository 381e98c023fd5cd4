import { expect, test } from "vitest";
import { buy } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, refundLine } from "../support/refunds.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";

const db = useTestDatabase();

test("which units a refund is for is told once, of its own order", async () => {
  const variantId = await createVariant(db.sql, 5);
  const lines: string[] = [];
  for (let n = 0; n < 2; n++) {
    const shopperId = newShopper();
    await hold(db.sql, shopperId, variantId);
    const order = await buy(db.sql, shopperId);
    const { orderLineId } = must(order.lines[0]);
    await askRefund(db.sql, order.orderId, [refundLine(orderLineId, 1)]);
    lines.push(`${order.orderId} ${orderLineId}`);
  }
  const told = await db.sql<{ line: string }[]>`
    select order_id || ' ' || entity_id as line from order_trail where entity = 'refund_line' order by id`;
  expect(told.map(({ line }) => line)).toEqual(lines);
});
