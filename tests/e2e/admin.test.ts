import { beforeEach, expect, it } from "vitest";
import { newGuest } from "../support/api-client.ts";
import { NO_PICTURES, PICTURES } from "../support/pictures.ts";
import { createVariant, must, stockOf } from "../support/shop.ts";
import { useStoreDatabase } from "../support/store.ts";
import { levelPath, signInAsAdmin } from "./admin.ts";
import { expectGood } from "./good-page.ts";
import { useShoppers } from "./shopper.ts";

const newShopper = useShoppers();
const sql = useStoreDatabase();
/** A machine that does much else may take its time. */
const SOON = { timeout: 30_000 };
let variantId = "";
let sku = "";

beforeEach(async () => {
  variantId = await createVariant(sql, 5);
  const [row] = await sql<{ sku: string }[]>`select sku from variants where id = ${variantId}`;
  sku = must(row).sku;
});

/** A page in which the shop's admin is signed in. */
async function asAdmin(path: string) {
  const shopper = await newShopper();
  await signInAsAdmin(shopper.page, path);
  return shopper;
}

it("is not for everybody: a user is told so, and finds no way around", async () => {
  const { page, forgive } = await newShopper();
  await page.goto("/sign-in?next=/admin");
  await page.getByLabel("E-mail").fill("ada@holdfast.test");
  await page.getByLabel("Password").fill("tidewater-demo");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Nothing for you here." }).waitFor();
  expect(await page.getByRole("navigation", { name: "Admin" }).count()).toBe(0);
  forgive(/status of 404/);
});

it("is walked by keyboard: the way to a page, where one is, and its controls", async () => {
  const { page } = await asAdmin("/admin");
  await page.getByRole("link", { name: "Stock", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Stock", level: 1 }).waitFor();
  const here = page.getByRole("navigation", { name: "Admin" }).locator("[aria-current=page]");
  expect(await here.textContent()).toBe("Stock");
});

it("the overview shows figures and what is behind each chart, and reads itself anew until it is paused", async () => {
  const { page } = await asAdmin("/admin");
  await newGuest().hold(variantId, 2);
  await newGuest().reserve(variantId, 50);
  await page.goto("/admin?hours=168");
  await page.getByText("Active now").waitFor();
  const chart = page.getByRole("figure").filter({ hasText: "Refused demand by product" });
  await chart.getByText("The figures").click();
  expect(await chart.getByRole("row").count()).toBeGreaterThan(1);
  const asked = page.waitForRequest((request) => request.url().includes("/admin?hours=168"));
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await asked;
  await page.getByRole("button", { name: "Pause" }).click();
  expect(await page.getByRole("button", { name: "Pause" }).getAttribute("aria-pressed")).toBe("true");
});

it("a hold is found, taken back with a reason, and its timeline says who and why", async () => {
  const guest = newGuest();
  await guest.hold(variantId, 2);
  const { page } = await asAdmin(`/admin/reservations?shopperId=${guest.shopperId()}`);
  await page.getByRole("rowheader").getByRole("link").click();
  await page.getByLabel("Reason").fill("Broken in the window");
  await page.getByRole("button", { name: "Take this hold back" }).click();
  await page.getByRole("status").getByText("Taken back").waitFor();
  await page.getByText("“Broken in the window”").waitFor();
  await page.getByText("admin: release").waitFor();
  expect((await guest.cart()).lapsed).toMatchObject([{ reason: "withdrawn" }]);
});

it("stock that is held is not counted away: the holds are named, and taken back only when told so", async () => {
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId, 4);
  const { page, forgive } = await asAdmin(await levelPath(sql, variantId));
  await page.getByLabel("Change in units").fill("-3");
  await page.getByLabel("Reason").fill("Three broke");
  await page.getByRole("button", { name: "Adjust", exact: true }).click();
  await page.getByRole("alert").getByText("Shoppers hold some of these units.").waitFor();
  await page.getByRole("link", { name: reservation.reservationId }).waitFor();
  forgive(/status of 409/);
  await expectGood(page);
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 5, reserved: 4 });
  await page.getByRole("button", { name: "Take 1 hold back, and adjust" }).click();
  await page.getByRole("status").getByText("2 units on hand now. 1 hold taken back").waitFor();
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 2, reserved: 0 });
});

it("a count is looked at row by row; with a bad row it cannot be taken over, without it it can", async () => {
  const { page } = await asAdmin("/admin/stock/import");
  const head = "sku,location,on_hand";
  await page.getByLabel("Or paste it here").fill(`${head}\n${sku},main,7\nNO-SUCH-SKU,main,1\n`);
  await page.getByLabel("Reason").fill("Counted on Monday");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("status").getByText("1 row cannot be done").waitFor();
  await page.getByText("Error: no variant has this SKU").waitFor();
  expect(await page.getByRole("button", { name: "Take the count over" }).count()).toBe(0);
  await page.getByLabel("Or paste it here").fill(`${head}\n${sku},main,7\n`);
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByText("+2", { exact: true }).waitFor();
  expect((await stockOf(sql, variantId)).on_hand).toBe(5);
  await page.getByRole("button", { name: "Take the count over" }).click();
  await page.getByRole("status").getByText("Done: 1 row changed the stock.").waitFor();
  expect((await stockOf(sql, variantId)).on_hand).toBe(7);
});

it("why something was unavailable at an instant is answered from the trail", async () => {
  const guest = newGuest();
  await guest.hold(variantId, 5);
  // With a margin on both sides, for two sessions need not see the very same clock.
  const [row] = await sql<{ at: string }[]>`
    select to_json(clock_timestamp()) #>> '{}' as at from pg_sleep(0.05)`;
  await sql`select pg_sleep(0.05)`;
  await guest.release("all=true");
  const { page } = await asAdmin(`/admin/timeline?variantId=${variantId}`);
  await page.getByText("It was available.").waitFor();
  await page.goto(`/admin/timeline?${new URLSearchParams({ variantId, at: must(row).at })}`);
  await page.getByText("It was unavailable.").waitFor();
  await page.getByText("At main there were 5 units: 5 held, none free.").waitFor();
  await page.getByText("hold, shopper: release").waitFor();
});

it("the form asks about the time that the reader's own clock shows", async () => {
  const { page } = await asAdmin("/admin/timeline");
  await page.getByLabel("Variant").selectOption(variantId);
  await page.getByLabel("When, in your time").fill("2026-01-02T14:03:00");
  const wanted = await page.evaluate(() => new Date("2026-01-02T14:03:00").toISOString());
  await page.getByRole("button", { name: "Ask" }).click();
  await page.waitForURL((url) => url.searchParams.get("at") === wanted);
  await page.getByText("It was not kept at any location.").waitFor();
});

it("a drift is shown, mended after a dry run, and gone", async () => {
  await sql.begin(async (tx) => {
    await tx`select set_config('holdfast.cause', 'system:repair', true)`;
    await tx`update stock_levels set reserved = 2 where variant_id = ${variantId}`;
  });
  const { page } = await asAdmin("/admin/consistency");
  await page.getByText("The counter of held units differs from the holds").waitFor();
  expect(await page.getByRole("button", { name: "Repair" }).count()).toBe(0);
  await page.getByRole("button", { name: "Dry run" }).click();
  await page.getByRole("status").getByText("Nothing was changed").waitFor();
  expect((await stockOf(sql, variantId)).reserved).toBe(2);
  await page.getByRole("button", { name: "Repair" }).click();
  await page.getByRole("status").getByText("1 of 1 finding mended").waitFor();
  await page.getByRole("heading", { name: "Nothing is wrong" }).waitFor();
  expect((await stockOf(sql, variantId)).reserved).toBe(0);
});

it("a product is made, gets a variant, and is published", async () => {
  const { page } = await asAdmin("/admin/products/new");
  const slug = `p-${sku.toLowerCase()}`;
  await page.getByLabel("Name").fill("Buoy");
  await page.getByLabel("Address").fill(slug);
  await page.getByLabel("Picture", { exact: true }).fill("/products/lighthouse-mug.svg");
  await page.getByLabel("What the picture shows").fill("A buoy in the fog");
  await page.getByRole("button", { name: "Make the product" }).click();
  await page.getByRole("heading", { name: "Buoy", level: 1 }).waitFor();
  const variant = page.getByRole("form", { name: "Add a variant" });
  await variant.getByLabel("Name").fill("Red");
  await variant.getByLabel("SKU").fill(`${sku}-RED`);
  await variant.getByLabel("Price, EUR").fill("19.99");
  await variant.getByRole("button", { name: "Add it" }).click();
  await page.getByRole("form", { name: "Red" }).waitFor();
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("link", { name: "See it in the shop" }).click();
  await page.getByRole("heading", { name: "Buoy", level: 1 }).waitFor();
  await page.getByText("€19.99").first().waitFor();
});

it("a picture is uploaded, refused by its content, and shown in the shop once the product is saved", async () => {
  const [row] = await sql<{ id: string; slug: string }[]>`
    select p.id, p.slug from products p join variants v on v.product_id = p.id where v.id = ${variantId}`;
  const { id, slug } = must(row);
  const { page, forgive } = await asAdmin(`/admin/products/${id}`);
  const file = page.getByLabel("Upload another picture");
  const chosen = (name: string, buffer: Buffer) => ({ name, mimeType: "image/png", buffer });
  await file.setInputFiles(chosen("harmless.png", must(NO_PICTURES["an SVG"])));
  await page.getByRole("alert").getByText("This file is no PNG, JPEG, WebP or AVIF.").waitFor();
  forgive(/status of 422/);
  await file.setInputFiles(chosen("large.png", Buffer.alloc(2 * 1024 * 1024 + 1)));
  await page.getByRole("alert").getByText("This picture is larger than 2 MiB.").waitFor();
  await file.setInputFiles(chosen("buoy.png", PICTURES.png));
  await page.getByRole("status").getByText("Uploaded.").waitFor();
  const path = await page.getByLabel("Picture", { exact: true }).inputValue();
  expect(path).toMatch(/^\/pictures\/[0-9a-f]{64}\.png$/);
  const isShown = (name: string) =>
    page.getByRole("img", { name }).evaluate((picture: HTMLImageElement) => picture.naturalWidth === 1);
  await expect.poll(() => isShown("The picture as it will be shown"), SOON).toBe(true);
  await page.getByLabel("What the picture shows").fill("A buoy in the fog");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("status").getByText("Saved.").waitFor();
  await expectGood(page);
  // What everybody sees is read once a second.
  const look = async () => {
    await page.goto(`/products/${slug}`);
    return page.getByRole("img", { name: "A buoy in the fog" }).count();
  };
  await expect.poll(look, SOON).toBe(1);
  expect(await isShown("A buoy in the fog")).toBe(true);
});

it("a double click and a lost answer adjust stock once", async () => {
  const { page, forgive } = await asAdmin(await levelPath(sql, variantId));
  const keys: (string | undefined)[] = [];
  await page.route("**/api/admin/stock/adjust", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    // The first arrives, and nobody hears of it.
    if (keys.length > 1) return route.continue();
    await route.fetch();
    await route.abort("connectionreset");
  });
  await page.getByLabel("Change in units").fill("3");
  await page.getByLabel("Reason").fill("Three came");
  await page.getByRole("button", { name: "Adjust", exact: true }).dblclick();
  await page.getByRole("status").getByText("8 units on hand now.").waitFor();
  expect(keys.length).toBeGreaterThan(1);
  expect(new Set(keys).size).toBe(1);
  expect((await stockOf(sql, variantId)).on_hand).toBe(8);
  forgive(/ERR_CONNECTION_RESET/);
});

it("a setting is changed alone, and says what it applies to", async () => {
  const { page } = await asAdmin("/admin/settings");
  await page.getByText("A hold keeps what applied when it was made").waitFor();
  await page.getByLabel("Low at, units").fill("6");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").getByText("1 setting saved.").waitFor();
  const [row] = await sql<{ low: number }[]>`select low_stock_at as low from store_settings`;
  await sql`update store_settings set low_stock_at = 5`;
  expect(must(row).low).toBe(6);
});

it("a sweep that is run says what it did, and stands first in the list", async () => {
  const { page } = await asAdmin("/admin/sweep");
  await page.getByRole("button", { name: "Sweep now" }).click();
  await page.getByRole("status").getByText("marked expired").waitFor();
  await page.getByRole("rowheader").first().waitFor();
});
