import { randomUUID } from "node:crypto";
import { afterEach, expect } from "vitest";
import {
  type Checkout,
  type CheckoutAnswer,
  CheckoutAnswerSchema,
  CheckoutSchema,
} from "@/contracts/checkout";
import { type Order, OrderAnswerSchema } from "@/contracts/orders";
import { type Answer, bodyOf, type Guest, newGuest } from "../support/api-client.ts";
import type { Sql } from "../support/database.ts";
import { createVariant } from "../support/shop.ts";
import { stripeControls } from "../support/stand-ins.ts";

// A shop in which people pay: what the tests of checkout, webhooks, orders and refunds begin with.

export const address = {
  name: "Mara Quayside",
  line1: "4 Harbour Street",
  postalCode: "2042",
  city: "Galway",
  country: "IE",
};

/** After every test of the file the stand-in serves, delivers and knows nothing special, and windows are as ever. */
export function useCalmStripe(sql: Sql): void {
  afterEach(async () => {
    await sql`update store_settings set payment_window_seconds = 900, shipping_cents = 490 where true`;
    const controls = stripeControls();
    await controls.noFaults();
    await controls.deliveries({ held: false });
    await controls.release();
    expect(await controls.delivered({ timeoutMs: 5_000 })).toMatchObject({ pending: 0 });
  });
}

export type Shopper = Guest & { email: string };

/** A guest who holds units of a variant, with an address for e-mails of their own. */
export async function shopperWith(
  sql: Sql,
  { onHand = 10, quantity = 2, variantId = "" } = {},
): Promise<{ guest: Guest; email: string; variantId: string; reservationId: string }> {
  const guest = newGuest();
  const id = variantId || (await createVariant(sql, onHand));
  const { reservation } = await guest.hold(id, quantity);
  return {
    guest,
    email: `${randomUUID()}@example.test`,
    variantId: id,
    reservationId: reservation.reservationId,
  };
}

export const getCheckout = async (guest: Guest): Promise<Checkout> =>
  bodyOf(await guest.get("/api/checkout"), 200, CheckoutSchema);

export type Wish = { email: string; address?: object; cartVersion?: string; expectedTotalCents?: number };

/** Sends the checkout of the cart as it is, but for what the wish says otherwise. */
export async function sendCheckout(guest: Guest, wish: Wish, key?: string): Promise<Answer> {
  const { quote } = await getCheckout(guest);
  const agreed = { cartVersion: quote.cartVersion, expectedTotalCents: quote.totalCents };
  return sendAgain(guest, { ...agreed, address, ...wish }, key);
}

export const sendAgain = (guest: Guest, json: object, key?: string): Promise<Answer> =>
  guest.send("POST", "/api/checkout", { json, ...(key && { headers: { "idempotency-key": key } }) });

export type Started = CheckoutAnswer & { paymentId: string; sessionId: string };

/** Starts to pay the whole cart. */
export async function start(sql: Sql, guest: Guest, wish: Wish): Promise<Started> {
  const answer = bodyOf(await sendCheckout(guest, wish), 201, CheckoutAnswerSchema);
  return { ...answer, ...(await paymentOf(sql, answer.orderId)) };
}

export async function paymentOf(sql: Sql, orderId: string) {
  const [row] = await sql<{ paymentId: string; sessionId: string; status: string; intent: string | null }[]>`
    select id as "paymentId", session_id as "sessionId", status::text, payment_intent_id as intent
    from payments where order_id = ${orderId}`;
  return row ?? expect.unreachable("an order has a payment");
}

/** A shopper who has started to pay, two units of ten unless said otherwise. */
export async function payer(sql: Sql, options: Parameters<typeof shopperWith>[1] = {}) {
  const shopper = await shopperWith(sql, options);
  return { ...shopper, ...(await start(sql, shopper.guest, { email: shopper.email })) };
}

/** The order as its shopper sees it. */
export async function orderOf(guest: Guest, orderId: string): Promise<Order> {
  return bodyOf(await guest.get(`/api/orders/${orderId}`), 200, OrderAnswerSchema).order;
}

/** Waits until the events that are on their way have arrived. */
export async function delivered(): Promise<void> {
  expect(await stripeControls().delivered({ timeoutMs: 10_000 })).toMatchObject({ pending: 0 });
}

/** Events are kept back from here on. */
export const holdEvents = () => stripeControls().deliveries({ held: true });

/** Units there are and units that are promised, of a variant. */
export async function stock(sql: Sql, variantId: string) {
  const [row] = await sql<{ onHand: number; reserved: number }[]>`
    select sum(on_hand)::int as "onHand", sum(reserved)::int as reserved from stock_levels
    where variant_id = ${variantId}`;
  return row ?? expect.unreachable("a variant has a stock level");
}

/** Starts of payments from now on have this much time. */
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

export const sessionAtStripe = (sessionId: string) =>
  stripeControls()
    .events({ about: sessionId })
    .then((events) => events.map(({ type }) => type));
