import { expect, inject, test } from "vitest";
import { newEmail, newUser } from "../support/accounts.ts";
import { mailbox, stripeControls, stripeOfRun } from "../support/stand-ins.ts";
import { storeUrl } from "../support/store.ts";
import { aSession } from "../support/stripe-target.ts";
import { findings } from "./good-page.ts";
import { addToCart, useShoppers } from "./shopper.ts";

// The two pages that are not the store's own: people have to get through them, in a browser that holds them to be
// other sites.

const newShopper = useShoppers();

const newSession = (more: object = {}) =>
  stripeOfRun().checkout.sessions.create({
    ...aSession(),
    allowed_payment_method_types: ["card", "us_bank_account"],
    success_url: `${storeUrl()}/cart?session={CHECKOUT_SESSION_ID}`,
    cancel_url: `${storeUrl()}/cart`,
    ...more,
  });

test("a shopper pays by keyboard, after a declined card, and is back as who they were", async () => {
  const shopper = await newShopper({ viewport: { width: 390, height: 800 } });
  const { page } = shopper;
  await addToCart(page, "lighthouse-mug");
  const session = await newSession();
  await page.goto(session.url ?? "");
  expect(await findings(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  const decline = page.getByRole("button", { name: "Try a card that is declined" });
  await decline.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("Your card was declined.").waitFor();
  expect(await findings(page)).toEqual([]);
  shopper.forgive(/402/);
  await page.getByRole("button", { name: "Pay $12.50" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(`${storeUrl()}/cart?session=${session.id}`);
  await page.getByRole("link", { name: "Lighthouse Mug" }).waitFor();
  await page.goto(session.url ?? "about:blank");
  await page.getByRole("heading", { name: "This payment is done" }).waitFor();
  expect(await findings(page)).toEqual([]);
});

test("a shopper turns back, and one who comes too late is told", async () => {
  const { page } = await newShopper();
  const session = await newSession();
  await page.goto(session.url ?? "");
  await page.getByRole("link", { name: "Back to the store" }).click();
  await page.waitForURL(`${storeUrl()}/cart`);
  await stripeControls().letExpire({ session: session.id });
  await page.goto(session.url ?? "");
  await page.getByRole("heading", { name: "This payment page has expired" }).waitFor();
  expect(await findings(page)).toEqual([]);
});

test("a mail is found and read in the mailbox", async () => {
  const { email } = await newUser();
  expect(await mailbox().list({ to: email })).toHaveLength(1);
  expect(await mailbox().list({ to: newEmail() })).toEqual([]);
  const shopper = await newShopper({ viewport: { width: 390, height: 800 } });
  const { page } = shopper;
  await page.goto(inject("mailbox").url);
  expect(await findings(page)).toEqual([]);
  await page.getByRole("link", { name: email }).click();
  await page.getByRole("heading", { name: "Confirm Your Signup" }).waitFor();
  await page.getByRole("link", { name: "As text" }).click();
  await page.waitForURL(/[?]text$/);
  // Nothing runs in the frame of the mail, so axe cannot either, and would wait for it.
  await page.locator("iframe").evaluate((frame) => frame.remove());
  expect(await findings(page)).toEqual([]);
});
