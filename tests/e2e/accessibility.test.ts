import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { findings } from "./good-page.ts";
import { addToCart, cartDrawer, REFUSALS, useShoppers } from "./shopper.ts";

const newShopper = useShoppers();

async function expectNoWider(page: Page): Promise<void> {
  const [content, screen] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(content, page.url()).toBeLessThanOrEqual(screen ?? 0);
}

describe.each([
  { name: "a phone", viewport: { width: 390, height: 844 }, colorScheme: "light" as const },
  { name: "a wide screen in the dark", viewport: { width: 1440, height: 900 }, colorScheme: "dark" as const },
])("on $name", (options) => {
  it("axe finds nothing in the shop", async () => {
    const { page, forgive } = await newShopper({ ...options, reducedMotion: "reduce" });
    for (const path of [
      "/",
      "/products/kelp-forest-print",
      "/products/driftwood-stool",
      "/cart",
      "/sign-in",
      "/sign-up",
      "/nowhere",
    ]) {
      await page.goto(path);
      expect(await findings(page), path).toEqual([]);
    }
    forgive(REFUSALS);
    await addToCart(page, "lighthouse-mug");
    expect(await findings(page), "the drawer").toEqual([]);
    await page.goto("/cart");
    expect(await findings(page), "a cart with a line").toEqual([]);
  });

  it("axe finds nothing in the page of the API", async () => {
    const { page } = await newShopper({ ...options, reducedMotion: "reduce" });
    await page.goto("/api-docs");
    expect(await findings(page)).toEqual([]);
  });

  it("axe finds nothing in what a user sees", async () => {
    const { page, forgive } = await newShopper({ ...options, reducedMotion: "reduce" });
    await page.goto("/sign-in?next=/account");
    await page.getByLabel("E-mail").fill("ada@holdfast.test");
    await page.getByLabel("Password").fill("not this one");
    await page.keyboard.press("Enter");
    await page.getByText("That did not match").waitFor();
    expect(await findings(page), "a refusal").toEqual([]);
    forgive(/status of 401/);
    await page.getByLabel("Password").fill("tidewater-demo");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Your account" }).waitFor();
    await addToCart(page, "lighthouse-mug");
    await page.goto("/account");
    await page.getByRole("button", { name: "Erase my account" }).click();
    expect(await findings(page), "the account").toEqual([]);
    await expectNoWider(page);
  });

  it("nothing is wider than the screen", async () => {
    const { page } = await newShopper(options);
    await addToCart(page, "tidewater-vase");
    for (const path of ["/", "/products/tidewater-vase", "/cart", "/api-docs", "/sign-in"]) {
      await page.goto(path);
      await expectNoWider(page);
    }
  });
});

describe("by keyboard alone", () => {
  it("a piece is chosen, held, and the focus comes back", async () => {
    const { page } = await newShopper();
    await page.goto("/products/lighthouse-mug");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    await page.getByRole("radio", { name: /Fog white/ }).focus();
    await page.keyboard.press("ArrowDown");
    expect(await page.getByRole("radio", { name: /Harbour blue/ }).isChecked()).toBe(true);
    await page.getByRole("button", { name: "Add to cart" }).focus();
    await page.keyboard.press("Enter");
    await cartDrawer(page).waitFor();
    const inside = () => page.evaluate(() => document.activeElement?.closest("dialog") !== null);
    await expect.poll(inside).toBe(true);
    await page.keyboard.press("Escape");
    await cartDrawer(page).waitFor({ state: "hidden" });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Add to cart");
  });

  it("every target is large enough for a thumb", async () => {
    const { page } = await newShopper({ viewport: { width: 390, height: 844 } });
    await addToCart(page, "lighthouse-mug");
    await page.goto("/cart");
    const small = await page.locator("button:visible").evaluateAll((buttons) =>
      buttons
        .map((button) => ({ name: button.textContent, box: button.getBoundingClientRect() }))
        .filter(({ box }) => box.height < 44 || box.width < 44)
        .map(({ name }) => name),
    );
    expect(small).toEqual([]);
  });
});
