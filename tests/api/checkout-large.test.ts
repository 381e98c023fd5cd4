import { afterEach, beforeEach, expect, test } from "vitest";
import { newGuest } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { stripeControls, stripeOfRun } from "../support/stand-ins.ts";
import { delivered, orderOf, start, useCalmStripe } from "./checkout-floor.ts";
import { useShopFloor } from "./shop-floor.ts";

// Stripe takes a hundred lines. A cart may have more, and shipping comes on top.

const sql = useShopFloor();
useCalmStripe(sql);
// As if the shopper had gathered them over some minutes.
beforeEach(() => sql`update store_settings set max_holds_per_minute = 500`);
afterEach(() => sql`update store_settings set max_holds_per_minute = 60`);

test.each([100, 130])("a cart of %i lines is paid to the cent, shipping included", async (count) => {
  const variantIds: string[] = [];
  for (let n = 0; n < count; n++) variantIds.push(await createVariant(sql, 1));
  const guest = newGuest();
  for (let from = 0; from < count; from += 100) {
    const items = variantIds.slice(from, from + 100).map((variantId) => ({ variantId, quantity: 1 }));
    const json = { operation: "reserve", mode: "all_or_nothing", items };
    expect((await guest.send("POST", "/api/stock/reservations/bulk", { json })).status).toBe(200);
  }
  const { orderId, sessionId } = await start(sql, guest, { email: "many@example.test" });
  const session = await stripeOfRun().checkout.sessions.retrieve(sessionId);
  expect(session.total_details?.amount_shipping).toBe(490);
  await stripeControls().pay({ session: sessionId, outcome: "success" });
  await delivered();
  const order = await orderOf(guest, orderId);
  expect(order).toMatchObject({ status: "paid", totalCents: session.amount_total, shippingCents: 490 });
  expect(order.lines).toHaveLength(count);
});
