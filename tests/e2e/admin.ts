import type { Page } from "playwright-core";
import type { Sql } from "../support/database.ts";
import { must } from "../support/shop.ts";

/** Signs the shop's admin in, and waits for the admin page at `path`. */
export async function signInAsAdmin(page: Page, path: string): Promise<void> {
  await page.goto(`/sign-in?${new URLSearchParams({ next: path })}`);
  await page.getByLabel("E-mail").fill("admin@holdfast.test");
  await page.getByLabel("Password").fill("tidewater-demo");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname + url.search === path);
  await page.getByRole("navigation", { name: "Admin" }).waitFor();
}

/** The admin's page of the one stock level of a variant. */
export async function levelPath(sql: Sql, variantId: string): Promise<string> {
  const [row] = await sql<
    { place: string }[]
  >`select location_id as place from stock_levels where variant_id = ${variantId}`;
  return `/admin/stock/${variantId}/${must(row).place}`;
}
