import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import {
  launchBrowser,
  newShopperPage,
  type ShopperPage,
  type ShopperPageOptions,
} from "../support/browser.ts";

/** One browser for the file; every shopper of a test is shown out, and must have been quiet, at its end. */
export function useShoppers() {
  let browser: Browser;
  let shoppers: ShopperPage[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    const leaving = shoppers;
    shoppers = [];
    for (const shopper of leaving) await shopper.close();
    for (const shopper of leaving) shopper.assertQuiet();
  });
  return async (options?: ShopperPageOptions): Promise<ShopperPage> => {
    const shopper = await newShopperPage(browser, options);
    shoppers.push(shopper);
    return shopper;
  };
}

/** Chromium itself writes every 4xx answer to the console; a refusal that a test provokes is no trouble. */
export const REFUSALS = /status of 4(04|09)/;

export async function addToCart(page: Page, slug: string, variant?: RegExp) {
  await page.goto(`/products/${slug}`);
  if (variant) await page.getByRole("radio", { name: variant }).check();
  await page.getByRole("button", { name: "Add to cart" }).click();
  await cartDrawer(page).waitFor();
}

export const cartDrawer = (page: Page) => page.getByRole("dialog", { name: "Your cart" });

/** What the page would do when its window is looked at again. */
export const lookAgain = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event("focus")));

/** The seconds that a countdown shows. */
export async function secondsLeft(page: Page): Promise<number> {
  const text = (await page.getByRole("timer").first().textContent()) ?? "";
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}
