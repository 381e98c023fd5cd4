import { describe, expect, it } from "vitest";
import { useStoreDatabase } from "../support/store.ts";
import { expectGood } from "./good-page.ts";
import { expectStory, fillDetails, goToPayPage, newPiece, payButton, toCheckout } from "./payer.ts";
import { addToCart, useShoppers } from "./shopper.ts";

const newShopper = useShoppers();
const sql = useStoreDatabase();

describe.each([
  { name: "a phone", viewport: { width: 390, height: 844 }, colorScheme: "light" as const },
  { name: "a wide screen in the dark", viewport: { width: 1440, height: 900 }, colorScheme: "dark" as const },
])("on $name", (options) => {
  it("axe finds nothing from the checkout to the order, and the countdown stays in sight", async () => {
    const { slug } = await newPiece(sql, 5);
    const { page } = await newShopper({ ...options, reducedMotion: "reduce" });
    await page.goto("/checkout");
    await page.getByText("Nothing is held for you.").waitFor();
    await expectGood(page, "an empty checkout");
    await toCheckout(page, slug);
    await expectGood(page, "the form");
    await page.getByRole("button", { name: /^Pay €/ }).click();
    await page.getByRole("alert", { name: "Please check these:" }).waitFor();
    await expectGood(page, "errors");
    for (const label of ["E-mail", "Town or city"]) {
      await page.getByLabel(label).focus();
      const clock = page.getByRole("timer").first();
      const box = await clock.boundingBox();
      expect(box !== null && box.y >= 0 && box.y + box.height <= options.viewport.height, label).toBe(true);
      // What has the focus is not covered by it.
      const seen = await page.evaluate(() => {
        const { left, top, width, height } = (document.activeElement as Element).getBoundingClientRect();
        return document.elementFromPoint(left + width / 2, top + height / 2) === document.activeElement;
      });
      expect(seen, label).toBe(true);
    }
    await fillDetails(page);
    await goToPayPage(page);
    for (const path of ["/checkout", "/cart", "/"]) {
      await page.goto(path);
      await page.getByText("Your payment is open").first().waitFor();
      await expectGood(page, `an open payment on ${path}`);
    }
    await page.goto("/checkout");
    await page.getByRole("link", { name: "Continue to the payment" }).click();
    await payButton(page).click();
    await expectStory(page, "Thank you.");
    await expectGood(page, "the order");
  });

  it("axe finds nothing in the account of somebody who bought", async () => {
    const { slug } = await newPiece(sql, 2);
    const { page } = await newShopper({ ...options, reducedMotion: "reduce" });
    await page.goto("/sign-in?next=/account");
    await page.getByLabel("E-mail").fill("vera@holdfast.test");
    await page.getByLabel("Password").fill("tidewater-demo");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Your account" }).waitFor();
    await addToCart(page, slug);
    await page.goto("/checkout");
    await fillDetails(page);
    await goToPayPage(page);
    await payButton(page).click();
    await expectStory(page, "Thank you.");
    await page.goto("/account");
    await page.getByRole("link", { name: /^HF-/ }).first().waitFor();
    await expectGood(page, "the account");
  });
});
