import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Sql } from "../support/database.ts";
import { createVariant, must } from "../support/shop.ts";
import { addToCart, cartDrawer } from "./shopper.ts";

/** A product of this test's own, so that its stock is nobody else's. */
export async function newPiece(sql: Sql, onHand: number) {
  const name = `Piece ${randomUUID().slice(0, 8)}`;
  const variantId = await createVariant(sql, onHand, { priceCents: 2_000 });
  const [row] = await sql<{ slug: string }[]>`
    update products set name = ${name}, image_path = '/products/lighthouse-mug.svg'
    where id = (select product_id from variants where id = ${variantId}) returning slug`;
  return { name, variantId, slug: must(row).slug };
}

export const newPayerEmail = () => `payer-${randomUUID()}@example.com`;

/** From the shelf to the form of the checkout. */
export async function toCheckout(page: Page, slug: string) {
  await addToCart(page, slug);
  await cartDrawer(page).getByRole("link", { name: "Checkout" }).click();
  await page.getByLabel("E-mail").waitFor();
}

export async function fillDetails(page: Page, email = newPayerEmail()) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Country or region").selectOption("IE");
  await page.getByLabel("Full name").fill("Anna Example");
  await page.getByLabel("Address", { exact: true }).fill("Quay 1");
  await page.getByLabel("Postal code").fill("D01 F5P2");
  await page.getByLabel("Town or city").fill("Dublin");
  return email;
}

/** Sends the form, and waits for the payment page. */
export async function goToPayPage(page: Page) {
  await page.getByRole("button", { name: /^Pay €/ }).click();
  await onPayPage(page);
}

export const onPayPage = (page: Page) => page.getByText("Stand-in for Stripe.").waitFor();

/** What the payment page offers. */
export const payButton = (page: Page) => page.getByRole("button", { name: /^Pay €/ });

/** The payment that is kept for the newest order of an address. */
export async function paymentOf(sql: Sql, email: string) {
  const [row] = await sql<{ id: string; order_id: string; session_id: string; status: string }[]>`
    select p.id, p.order_id, p.session_id, p.status::text
    from payments as p join orders as o on o.id = p.order_id
    where o.email = ${email} order by o.number desc limit 1`;
  return must(row);
}

/** What is on the shelf of a piece, and how much of it is held. */
export async function shelfOf(sql: Sql, variantId: string) {
  const [row] = await sql<{ on_hand: number; reserved: number }[]>`
    select on_hand, reserved from stock_levels where variant_id = ${variantId}`;
  return { ...must(row) };
}

/** The page of an order, with the words that say what became of it. */
export async function expectStory(page: Page, title: string) {
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  const { pathname, search } = new URL(page.url());
  expect(pathname).toMatch(/^\/orders\/[0-9a-f-]{36}$/);
  return { path: `${pathname}${search}`, pathname };
}

/** Payments that begin from now on have this much time. */
export async function setWindow(sql: Sql, seconds: number): Promise<void> {
  await sql`update store_settings set payment_window_seconds = ${seconds} where true`;
}

/** Waits until the window of a payment is over, by the database's clock. */
export async function windowIsOver(sql: Sql, paymentId: string): Promise<void> {
  const isOver = async () => {
    const [row] = await sql<{ over: boolean }[]>`
      select window_ends_at <= clock_timestamp() as over from payments where id = ${paymentId}`;
    return row?.over;
  };
  await expect.poll(isOver, { timeout: 15_000 }).toBe(true);
}
