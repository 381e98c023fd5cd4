import type { Page, Route } from "playwright-core";
import { describe, expect, it } from "vitest";
import { must } from "../support/shop.ts";
import { useStoreDatabase } from "../support/store.ts";
import { addToCart, cartDrawer, useShoppers } from "./shopper.ts";

// The shop did it, and the phone did not hear of it: what it sends again is not done again.

const newShopper = useShoppers();
const sql = useStoreDatabase();

/**
 * The first of these requests reaches the shop, and its answer nobody. Answers the keys of all of them.
 * `withoutKeys`: none of them reaches the shop.
 */
async function loseFirstAnswer(page: Page, method: string, withoutKeys = false) {
  const keys: (string | undefined)[] = [];
  await page.route(/\/api\/stock\/reservations/, async (route: Route) => {
    const request = route.request();
    if (request.method() !== method) return route.fallback();
    const { "idempotency-key": key, ...others } = request.headers();
    const headers = withoutKeys ? others : request.headers();
    keys.push(key);
    if (keys.length > 1) return route.continue({ headers });
    const answer = await route.fetch({ headers });
    expect(answer.status()).toBeLessThan(300);
    return route.abort("connectionreset");
  });
  return keys;
}

/** Units of active holds by shopper, of a product's variants. */
const heldOf = (slug: string) => sql<{ shopper_id: string; holds: number; units: number }[]>`
  select r.shopper_id, count(*)::int as holds, sum(r.quantity)::int as units
  from reservations r join variants v on v.id = r.variant_id join products p on p.id = v.product_id
  where p.slug = ${slug} and r.status = 'active' and r.expires_at > now() and r.created_at > now() - interval '1 minute'
  group by r.shopper_id`;

const LOST = /ERR_CONNECTION_RESET/;

describe("a phone that loses the first answer", () => {
  it("has one hold of one unit, and shows it", async () => {
    const { page, forgive } = await newShopper();
    const before = await heldOf("tidewater-vase");
    const keys = await loseFirstAnswer(page, "POST");
    await addToCart(page, "tidewater-vase", /Small/);
    await cartDrawer(page).getByRole("timer").first().waitFor();
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    const known = new Set(before.map((row) => row.shopper_id));
    const mine = (await heldOf("tidewater-vase")).filter((row) => !known.has(row.shopper_id));
    expect(mine).toMatchObject([{ holds: 1, units: 1 }]);
    forgive(LOST);
  });

  it("would hold two if nothing told the shop that it is the same wish", async () => {
    const { page, forgive } = await newShopper();
    await loseFirstAnswer(page, "POST", true);
    await addToCart(page, "lighthouse-mug", /Fog white/);
    await cartDrawer(page).getByRole("region", { name: "Total" }).getByText("€48").waitFor();
    forgive(LOST);
  });

  it("has one more unit of what it holds, not two", async () => {
    const { page, forgive } = await newShopper();
    await addToCart(page, "lighthouse-mug", /Harbour blue/);
    const keys = await loseFirstAnswer(page, "PUT");
    await cartDrawer(page)
      .getByRole("button", { name: /^One more/ })
      .click();
    await cartDrawer(page).getByRole("region", { name: "Total" }).getByText("€48").waitFor();
    expect(keys).toHaveLength(2);
    expect(keys[1]).toBe(must(keys[0]));
    await page.reload();
    await page.goto("/cart");
    await page.getByRole("region", { name: "Total" }).getByText("€48").waitFor();
    forgive(LOST);
  });
});
