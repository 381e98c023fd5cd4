import { describe, expect, it } from "vitest";
import { storeUrl, useStoreDatabase } from "../support/store.ts";
import { addToCart, cartDrawer, lookAgain, REFUSALS, secondsLeft, useShoppers } from "./shopper.ts";

const newShopper = useShoppers();
const sql = useStoreDatabase();

/** Time is the database's: a test moves the end of the holds instead of waiting for it. */
const endHoldsIn = (seconds: number) => sql`
  update public.reservations set expires_at = clock_timestamp() + make_interval(secs => ${seconds})
  where status = 'active' and expires_at > clock_timestamp()`;

describe("a shopper", () => {
  it("holds a piece, takes more of it, keeps it longer and gives it back", async () => {
    const { page } = await newShopper();
    await addToCart(page, "lighthouse-mug", /Harbour blue/);
    const drawer = cartDrawer(page);
    expect(await secondsLeft(page)).toBeGreaterThan(890);
    await drawer.getByRole("button", { name: /^One more/ }).click();
    await drawer.getByRole("region", { name: "Total" }).getByText("€48").waitFor();

    await endHoldsIn(200);
    await lookAgain(page);
    await drawer.getByText("Ending soon").waitFor();
    await drawer.getByRole("button", { name: /^Keep .* longer$/ }).click();
    await drawer.getByText("Held for you").waitFor();
    expect(await drawer.getByRole("status").textContent()).toContain("is kept: 15 minutes left.");

    await drawer.getByRole("button", { name: "Clear cart" }).click();
    await drawer.getByText("Nothing is held for you.").waitFor();
  });

  it("loses a hold at zero, is told, and holds it again with one click", async () => {
    const { page } = await newShopper();
    await addToCart(page, "selkie-blanket");
    await page.goto("/cart");
    await endHoldsIn(3);
    await lookAgain(page);
    await page.getByRole("listitem").getByText("About to end").waitFor();

    await page.getByRole("heading", { name: "No longer held" }).waitFor();
    await page.getByText("Nothing is held for you.").waitFor();
    expect(await page.getByRole("status").textContent()).toContain("ended; the units went back.");
    await page
      .getByRole("complementary")
      .getByRole("button", { name: /^Hold .* again$/ })
      .click();
    await page.getByRole("heading", { name: "No longer held" }).waitFor({ state: "detached" });
    expect(await secondsLeft(page)).toBeGreaterThan(890);
  });

  it("finds the cart in the page that the server sends, and again after a reload", async () => {
    const { page, context } = await newShopper();
    await addToCart(page, "kelp-forest-print", /A4/);
    const html = await (await context.request.get(`${storeUrl()}/cart`)).text();
    expect(html).toContain("Kelp Forest");
    expect(html).toMatch(/1[45]:\d\d</);
    await page.reload();
    expect(await secondsLeft(page)).toBeGreaterThan(880);
  });

  it("sees the right time on a computer whose clock is a day fast", async () => {
    const { page, context } = await newShopper();
    await context.addInitScript(() => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + 86_400_000;
    });
    await addToCart(page, "lighthouse-mug", /Fog white/);
    expect(await secondsLeft(page)).toBeGreaterThan(890);
    await page.reload();
    expect(await secondsLeft(page)).toBeGreaterThan(880);
  });

  it("keeps the cart in sight while the network is gone, and is told", async () => {
    const { page, context, forgive } = await newShopper();
    await addToCart(page, "lighthouse-mug", /Signal red/);
    await page.goto("/cart");
    await context.setOffline(true);
    await page.getByRole("button", { name: /^One more/ }).click();
    await page.getByRole("alert").filter({ hasText: "This is your cart as we last knew it." }).waitFor();
    expect(await page.getByRole("link", { name: "Lighthouse Mug" }).count()).toBe(1);
    await context.setOffline(false);
    await page.getByRole("alert").filter({ hasText: "as we last knew it" }).waitFor({ state: "detached" });
    forgive(/ERR_INTERNET_DISCONNECTED/);
  });
});

describe("two shoppers", () => {
  it("never hold the same single unit", async () => {
    const [one, other] = [await newShopper(), await newShopper()];
    await other.page.goto("/products/storm-lantern");
    await addToCart(one.page, "storm-lantern");
    await other.page.getByRole("button", { name: "Add to cart" }).click();
    await other.page
      .getByRole("alert")
      .filter({ hasText: /All are held right now.*may come free at/ })
      .waitFor();
    await other.page.getByText(/All held right now – the next may come free at/).waitFor();
    expect(await cartDrawer(other.page).isVisible()).toBe(false);
    other.forgive(REFUSALS);

    await cartDrawer(one.page)
      .getByRole("button", { name: /^Remove/ })
      .click();
    await cartDrawer(one.page).getByText("Nothing is held for you.").waitFor();
    await lookAgain(other.page);
    await other.page.getByText("Only 1 left").waitFor();
    await other.page.getByRole("button", { name: "Add to cart" }).click();
    await cartDrawer(other.page).waitFor();
  });
});

describe("two tabs of one shopper", () => {
  it("show the same cart without being looked at", async () => {
    const { page, context } = await newShopper();
    await page.goto("/cart");
    const second = await context.newPage();
    await addToCart(second, "lighthouse-mug", /Fog white/);
    await page.getByRole("link", { name: "Lighthouse Mug" }).waitFor();
    await cartDrawer(second)
      .getByRole("button", { name: /^Remove/ })
      .click();
    await page.getByText("Nothing is held for you.").waitFor();
  });
});
