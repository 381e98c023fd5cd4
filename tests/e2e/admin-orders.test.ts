import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { mailbox } from "../support/stand-ins.ts";
import { useStoreDatabase } from "../support/store.ts";
import { signInAsAdmin } from "./admin.ts";
import {
  expectStory,
  fillDetails,
  goToPayPage,
  newPiece,
  payButton,
  paymentOf,
  shelfOf,
  toCheckout,
} from "./payer.ts";
import { addToCart, useShoppers } from "./shopper.ts";

const newShopper = useShoppers();
const sql = useStoreDatabase();

/** What Stripe and the mail server are asked for happens after the answer, on a machine that may do much else. */
const SOON = { timeout: 60_000 };

/** A shopper who stands before the payment page with one unit of each piece. */
async function aboutToPay(slugs: string[]) {
  const { page } = await newShopper();
  for (const slug of slugs.slice(1)) await addToCart(page, slug);
  await toCheckout(page, slugs[0] ?? "");
  const email = await fillDetails(page);
  await goToPayPage(page);
  return { page, email };
}

/** One who paid and looks at the order. */
async function buyer(...slugs: string[]) {
  const shopper = await aboutToPay(slugs);
  await payButton(shopper.page).click();
  const { path } = await expectStory(shopper.page, "Thank you.");
  return { ...shopper, path };
}

/** The admin's page of the newest order of an address, found as a person finds it. */
async function asAdminAt(email: string): Promise<Page> {
  const { page } = await newShopper();
  await signInAsAdmin(page, "/admin/orders");
  await page.getByLabel("Number or e-mail").fill(email);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: /^HF-/ }).click();
  await page.getByRole("heading", { level: 1, name: /^Order HF-/ }).waitFor();
  return page;
}

const statusOf = (page: Page) => page.getByRole("status").first();

/** Looks at the order again until it says so, so many times. */
async function lookUntil(page: Page, words: string | RegExp, times = 1): Promise<void> {
  await expect
    .poll(async () => {
      await page.getByRole("button", { name: "Look again" }).click();
      return page.getByText(words).count();
    }, SOON)
    .toBe(times);
}

const subjectsTo = async (email: string) =>
  (await mailbox().list({ to: email })).map(({ subject }) => subject.replace(/HF-\d+/, "HF"));

it("an order is marked as shipped: the shopper sees how to follow it, and is written to", async () => {
  const { slug } = await newPiece(sql, 3);
  const { page, email } = await buyer(slug);
  const admin = await asAdminAt(email);
  await admin.getByLabel("Tracking (optional)").fill("AN 123 456");
  await admin.keyboard.press("Enter");
  await statusOf(admin).getByText("Shipped").waitFor();
  expect(await admin.getByRole("button", { name: "Mark as shipped" }).count()).toBe(0);
  expect(await admin.getByRole("button", { name: "Cancel this order" }).count()).toBe(0);

  await page.reload();
  await expectStory(page, "It is on its way.");
  await page.getByText("AN 123 456").waitFor();
  const [mail] = await mailbox().wait({ to: email, subject: "is on its way", timeoutMs: SOON.timeout });
  expect(mail?.text).toContain("Tracking: AN 123 456");
  expect(mail?.text).toContain(new URL(page.url()).pathname);
});

it("one line is paid back and goes on the shelf, the rest later: each refund is told once", async () => {
  const first = await newPiece(sql, 3);
  const second = await newPiece(sql, 3);
  const { page, email } = await buyer(first.slug, second.slug);
  const admin = await asAdminAt(email);

  await admin.getByRole("button", { name: `One more of ${first.name}` }).click();
  await admin.getByLabel(`The units of ${first.name}`).selectOption("Back on the shelf");
  await admin.getByRole("button", { name: "Pay €20 back" }).click();
  await admin.getByRole("heading", { name: "Paid back" }).waitFor();
  expect(await statusOf(admin).textContent()).toBe("Paid");
  await lookUntil(admin, /Paid back by the shop: done/);
  await admin.getByText(/1 unit: back on the shelf/).waitFor();
  expect(await shelfOf(sql, first.variantId)).toEqual({ on_hand: 3, reserved: 0 });
  expect(await shelfOf(sql, second.variantId)).toEqual({ on_hand: 2, reserved: 0 });
  await page.reload();
  await expectStory(page, "Thank you.");
  await page.getByText("Paid back by the shop: done.").waitFor();
  await page.getByText("1 unit paid back").waitFor();
  await mailbox().wait({ to: email, subject: "We paid €20 of your order", timeoutMs: SOON.timeout });

  // The rest with its shipping; whether it can be sold again is decided once somebody sees it.
  await admin.getByRole("button", { name: `One more of ${second.name}` }).click();
  await admin.getByLabel(/^With shipping/).check();
  await admin.getByRole("button", { name: "Pay €24.90 back" }).click();
  await admin.getByText("can they be sold again?").waitFor();
  await lookUntil(admin, "Paid back by the shop: done", 2);
  expect(await statusOf(admin).textContent()).toBe("Paid back");
  expect(await shelfOf(sql, second.variantId)).toEqual({ on_hand: 2, reserved: 0 });
  await admin.getByRole("button", { name: `${second.name}, Variant: not for sale again` }).click();
  await admin.getByText(/1 unit: not for sale again/).waitFor();
  expect(await shelfOf(sql, second.variantId)).toEqual({ on_hand: 2, reserved: 0 });
  expect(await admin.getByRole("button", { name: /^Pay .* back$/ }).count()).toBe(0);

  await page.reload();
  await expectStory(page, "This order was paid back.");
  await mailbox().wait({ to: email, subject: "We paid €24.90 of your order", timeoutMs: SOON.timeout });
  expect((await subjectsTo(email)).slice(1)).toEqual([
    "We paid €20 of your order HF back",
    "We paid €24.90 of your order HF back",
  ]);
});

it("an order is cancelled by keyboard: all its money and its units go back, and it cannot be sent any more", async () => {
  const { slug, variantId } = await newPiece(sql, 2);
  const { page, email } = await buyer(slug);
  expect(await shelfOf(sql, variantId)).toEqual({ on_hand: 1, reserved: 0 });
  const admin = await asAdminAt(email);
  await admin.getByRole("button", { name: "Cancel this order" }).focus();
  await admin.keyboard.press("Enter");
  await admin.getByText("All that is left of the money, €24.90, goes back to the shopper.").waitFor();
  await admin.getByRole("button", { name: "Cancel it for good" }).focus();
  await admin.keyboard.press("Enter");
  await admin.getByText(/1 unit: back on the shelf/).waitFor();
  await lookUntil(admin, "The order was cancelled: done");
  expect(await statusOf(admin).textContent()).toBe("Paid back");
  for (const name of ["Mark as shipped", "Cancel this order", /^Pay .*back$/]) {
    expect(await admin.getByRole("button", { name }).count(), String(name)).toBe(0);
  }
  expect(await shelfOf(sql, variantId)).toEqual({ on_hand: 2, reserved: 0 });

  await page.reload();
  await expectStory(page, "This order was paid back.");
  await page.getByText("The order was cancelled: done.").waitFor();
  await mailbox().wait({ to: email, subject: "We paid €24.90 of your order", timeoutMs: SOON.timeout });
  expect(await subjectsTo(email)).toHaveLength(2);
});

it("an order that is being paid is cancelled: nobody can pay it any more, and the cart has its units", async () => {
  const { slug, name, variantId } = await newPiece(sql, 2);
  const { page, email } = await aboutToPay([slug]);
  const { session_id: session } = await paymentOf(sql, email);
  const admin = await asAdminAt(email);
  await admin.getByRole("button", { name: "Cancel this order" }).click();
  await admin.getByText("The payment is ended, and the units go back to the shopper’s cart.").waitFor();
  await admin.getByRole("button", { name: "Cancel it for good" }).click();
  await statusOf(admin).getByText("Not paid").waitFor();
  expect(session).not.toBeNull();
  expect(await shelfOf(sql, variantId)).toEqual({ on_hand: 2, reserved: 1 });

  await page.reload();
  await page.getByRole("heading", { name: "This payment page has expired" }).waitFor();
  await page.goto("/cart");
  await page.getByRole("link", { name }).first().waitFor();
  expect(await subjectsTo(email)).toEqual([]);
});
