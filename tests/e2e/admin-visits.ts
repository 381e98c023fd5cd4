import type { Page } from "playwright-core";
import { newGuest } from "../support/api-client.ts";
import { buy } from "../support/checkout.ts";
import type { Sql } from "../support/database.ts";
import { askRefund, refundLine } from "../support/refunds.ts";
import { must } from "../support/shop.ts";
import { levelPath } from "./admin.ts";
import { newPiece } from "./payer.ts";

/** A shop in which something happened: what the pages are looked at with. */
export type LivedIn = {
  productId: string;
  variantId: string;
  level: string;
  /** A hold that is live. */
  holdId: string;
  /** One that the shopper gave back. */
  endedId: string;
  orderId: string;
  email: string;
};

export async function liveInIt(sql: Sql): Promise<LivedIn> {
  const { variantId } = await newPiece(sql, 9);
  const guest = newGuest();
  const { reservation: ended } = await guest.hold(variantId, 1);
  await guest.release("all=true");
  const { reservation } = await newGuest().hold(variantId, 2);
  await newGuest().reserve(variantId, 50);
  const buyer = newGuest();
  await buyer.hold(variantId, 2);
  const { orderId, lines } = await buy(sql, buyer.shopperId());
  await askRefund(sql, orderId, [refundLine(must(lines[0]).orderLineId, 1)]);
  await sql`select watch_low_stock(), expire_reservations(500)`;
  const [row] = await sql<{ product: string; email: string }[]>`
    select v.product_id as product, o.email from variants v, orders o where v.id = ${variantId} and o.id = ${orderId}`;
  const { product: productId, email } = must(row);
  return {
    productId,
    variantId,
    level: await levelPath(sql, variantId),
    holdId: reservation.reservationId,
    endedId: ended.reservationId,
    orderId,
    email,
  };
}

export type Visit = {
  path: string;
  /** What is told apart in one page: the name of its picture. */
  state?: string;
  /** What is opened before somebody looks. */
  prepare?: (page: Page) => Promise<unknown>;
};

const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).first().click();

/** How each page is visited, by its folder below src/app/admin. A page that is not here fails its test. */
export const VISITS: Record<string, (shop: LivedIn) => Visit[]> = {
  "": () => [
    {
      path: "/admin",
      async prepare(page) {
        await press(page, "Pause");
        for (const summary of await page.locator("figure summary").all()) await summary.click();
      },
    },
  ],
  consistency: () => [
    {
      path: "/admin/consistency",
      async prepare(page) {
        await press(page, "Dry run");
        await page
          .getByRole("status")
          .getByText(/wrong|finding/)
          .waitFor();
      },
    },
  ],
  orders: ({ email }) => [
    { path: "/admin/orders", prepare: (page) => page.getByRole("link", { name: /^HF-/ }).first().waitFor() },
    {
      path: `/admin/orders?search=${encodeURIComponent(`nobody-${email}`)}`,
      state: "none",
      prepare: (page) => page.getByText("No order is like that.").waitFor(),
    },
  ],
  "orders/[orderId]": ({ orderId }) => [
    {
      path: `/admin/orders/${orderId}`,
      async prepare(page) {
        await press(page, /^One more of/);
        await press(page, "Cancel this order");
      },
    },
  ],
  products: () => [{ path: "/admin/products" }],
  "products/[id]": ({ productId }) => [{ path: `/admin/products/${productId}` }],
  "products/new": () => [{ path: "/admin/products/new" }],
  reconciliation: () => [
    {
      path: "/admin/reconciliation",
      async prepare(page) {
        await press(page, "Compare now");
        await page.getByText(/payments? compared/).waitFor();
      },
    },
  ],
  reservations: ({ variantId }) => [
    { path: "/admin/reservations" },
    { path: `/admin/reservations?variantId=${variantId}&state=lapsed`, state: "none" },
  ],
  "reservations/[id]": ({ holdId, endedId }) => [
    { path: `/admin/reservations/${holdId}` },
    { path: `/admin/reservations/${endedId}`, state: "ended" },
  ],
  settings: () => [{ path: "/admin/settings" }],
  stock: () => [{ path: "/admin/stock" }, { path: "/admin/stock?only=low", state: "low" }],
  "stock/[variantId]/[locationId]": ({ level }) => [
    {
      path: level,
      async prepare(page) {
        await page.getByLabel("Change in units").fill("-6");
        await page.getByLabel("Reason").fill("Broke on the way");
        await press(page, "Adjust");
        await page.getByText("Holds in the way").waitFor();
      },
    },
  ],
  "stock/import": () => [
    {
      path: "/admin/stock/import",
      async prepare(page) {
        await page
          .getByLabel("Or paste it here")
          .fill("sku,location,on_hand\nMUG-FOG,main,9999\nNO-SUCH-SKU,main,1\n");
        await page.getByLabel("Reason").fill("Counted on Monday");
        await press(page, "Preview");
        await page.getByText("Error: no variant has this SKU").waitFor();
      },
    },
  ],
  sweep: () => [
    {
      path: "/admin/sweep",
      async prepare(page) {
        await press(page, "Sweep now");
        await page.getByRole("status").getByText("marked expired").waitFor();
      },
    },
  ],
  timeline: ({ variantId }) => [
    { path: "/admin/timeline" },
    { path: `/admin/timeline?variantId=${variantId}`, state: "asked" },
    { path: "/admin/timeline?variantId=nothing", state: "refused" },
  ],
};
