import { describe, expect, test } from "vitest";
import { CheckoutAnswerSchema } from "@/contracts/checkout";
import { OrderAnswerSchema } from "@/contracts/orders";
import { bodyOf, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { mailbox, stripeControls, stripeOfRun } from "../support/stand-ins.ts";
import {
  address,
  delivered,
  getCheckout,
  holdEvents,
  orderOf,
  payer,
  paymentOf,
  sendAgain,
  sendCheckout,
  shopperWith,
  start,
  stock,
  useCalmStripe,
} from "./checkout-floor.ts";
import { unknownId, useShopFloor } from "./shop-floor.ts";

// From the cart to the order.

const sql = useShopFloor();
useCalmStripe(sql);
const controls = () => stripeControls();

describe("the whole way", () => {
  test("a cart becomes an order by Stripe's webhook alone, and the shopper is told", async () => {
    const { guest, email, variantId } = await shopperWith(sql);
    const { quote, openPayment } = await getCheckout(guest);
    expect(openPayment).toBeNull();
    expect(quote.totalCents).toBe(quote.subtotalCents + quote.shippingCents);
    expect(quote.lines).toHaveLength(1);

    const begun = await start(sql, guest, { email });
    expect(await guest.cart()).toMatchObject({ lines: [] });
    const open = (await getCheckout(guest)).openPayment;
    expect(open).toMatchObject({ orderId: begun.orderId, url: begun.url, totalCents: quote.totalCents });
    expect(await orderOf(guest, begun.orderId)).toMatchObject({ status: "pending", paymentStatus: "open" });

    await controls().pay({ session: begun.sessionId, outcome: "success" });
    await delivered();
    const order = await orderOf(guest, begun.orderId);
    expect(order).toMatchObject({ status: "paid", email, totalCents: quote.totalCents });
    expect(order.address).toMatchObject(address);
    expect(await stock(sql, variantId)).toEqual({ onHand: 8, reserved: 0 });
    expect((await getCheckout(guest)).openPayment).toBeNull();

    const [mail] = await mailbox().wait({ to: email });
    expect(mail?.subject).toBe(`Your order HF-${order.number} is confirmed`);
    const link = /\/orders\/\S+\?key=\S+/.exec(mail?.text ?? "")?.[0] ?? "";
    const stranger = newGuest();
    const shown = bodyOf(await stranger.get(`/api${link}`), 200, OrderAnswerSchema);
    expect(shown).toMatchObject({ order: { orderId: begun.orderId }, orderUrl: link });
  });

  test("a cart becomes an order by the shopper's return alone, and an event after it changes nothing", async () => {
    await holdEvents();
    const { guest, email, variantId, orderId, sessionId } = await payer(sql);
    await controls().pay({ session: sessionId, outcome: "success" });
    const json = { sessionId };
    const path = "/api/orders/create-from-payment";
    const first = bodyOf(await guest.send("POST", path, { json }), 200, OrderAnswerSchema);
    expect(first.order).toMatchObject({ orderId, status: "paid" });
    const again = bodyOf(await guest.send("POST", path, { json }), 200, OrderAnswerSchema);
    expect(again.order).toEqual(first.order);
    await mailbox().wait({ to: email });
    await controls().deliveries({ held: false });
    await controls().release({});
    await delivered();
    expect(await orderOf(guest, orderId)).toEqual(first.order);
    expect(await stock(sql, variantId)).toEqual({ onHand: 8, reserved: 0 });
    expect(await mailbox().list({ to: email })).toHaveLength(1);
  });

  test("what Stripe is asked for is the cart, to the cent, from our row alone", async () => {
    const { email, orderId, paymentId, sessionId, url } = await payer(sql);
    const session = await stripeOfRun().checkout.sessions.retrieve(sessionId, { expand: ["line_items"] });
    const [row] = await sql`select p.amount_cents::int as amount, o.shipping_cents::int as shipping
      from payments p join orders o on o.id = p.order_id where p.id = ${paymentId}`;
    expect(session).toMatchObject({
      url,
      ui_mode: "hosted_page",
      client_reference_id: paymentId,
      customer_email: email,
      amount_total: row?.amount,
      total_details: { amount_shipping: row?.shipping },
      currency: "eur",
      payment_method_types: ["card"],
      metadata: { payment_id: paymentId, order_id: orderId },
    });
    expect(session.success_url).toMatch(
      /\/orders\/[0-9a-f-]{36}\?key=[\w-]{43}&session_id=\{CHECKOUT_SESSION_ID\}$/,
    );
    expect(session.cancel_url).toMatch(/\/checkout\?back=1$/);
    expect(session.line_items?.data.map(({ quantity }) => quantity)).toEqual([2]);
  });

  test("where nothing is to be paid the order is there at once, and Stripe is not asked", async () => {
    const { guest, email, variantId } = await shopperWith(sql);
    await sql`update variants set price_cents = 0 where id = ${variantId}`;
    await sql`update store_settings set shipping_cents = 0 where true`;
    const before = (await controls().calls({ path: "/v1/checkout/sessions", method: "POST" })).length;
    const answer = bodyOf(await sendCheckout(guest, { email }), 201, CheckoutAnswerSchema);
    expect(answer).toMatchObject({ windowEndsAt: null });
    expect(answer.url).toMatch(new RegExp(`^/orders/${answer.orderId}\\?key=`));
    expect(await orderOf(guest, answer.orderId)).toMatchObject({ status: "paid", totalCents: 0 });
    expect(await controls().calls({ path: "/v1/checkout/sessions", method: "POST" })).toHaveLength(before);
    await mailbox().wait({ to: email });
  });
});

describe("a cart that is not what was agreed to", () => {
  test.each([
    ["version", { cartVersion: "0123456789abcdef0123456789abcdef" }],
    ["total", { expectedTotalCents: 1 }],
  ])("by its %s pins nothing, and says what it is now", async (_, other) => {
    const { guest, email, variantId } = await shopperWith(sql);
    const { quote } = await getCheckout(guest);
    const problem = problemOf(await sendCheckout(guest, { email, ...other }), "cart_changed");
    expect(problem.quote).toMatchObject({ cartVersion: quote.cartVersion, totalCents: quote.totalCents });
    expect(problem.differences).toEqual(expect.any(Array));
    expect(await guest.cart()).toMatchObject({ totalQuantity: 2 });
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 2 });
  });

  test("a price that changed meanwhile", async () => {
    const { guest, email, variantId } = await shopperWith(sql);
    const { quote } = await getCheckout(guest);
    await sql`update variants set price_cents = price_cents + 1 where id = ${variantId}`;
    const { cartVersion, totalCents: expectedTotalCents } = quote;
    const json = { cartVersion, expectedTotalCents, email, address };
    const problem = problemOf(await sendAgain(guest, json), "cart_changed");
    expect(problem.quote?.totalCents).toBe(quote.totalCents + 2);
  });

  test("that is empty, or nobody's", async () => {
    const json = { cartVersion: "none", expectedTotalCents: 0, email: "a@example.test", address };
    problemOf(await sendAgain(newGuest(), json), "cart_empty");
    const { guest } = await shopperWith(sql);
    await guest.release("all=true");
    problemOf(await sendAgain(guest, json), "cart_empty");
  });
});

describe("paying in two tabs", () => {
  test("the same cart, sent ten times at once, is one order and one session", async () => {
    const { guest, email } = await shopperWith(sql);
    const { quote } = await getCheckout(guest);
    const { cartVersion, totalCents: expectedTotalCents } = quote;
    const json = { cartVersion, expectedTotalCents, email, address };
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => bodyOf(await sendAgain(guest, json), 201, CheckoutAnswerSchema)),
    );
    expect(new Set(answers.map(({ orderId, url }) => `${orderId} ${url}`)).size).toBe(1);
    const [row] = await sql`select count(*)::int as n from orders where shopper_id = ${guest.shopperId()}`;
    expect(row?.n).toBe(1);
  });

  test("with one key it is the same answer, and another body is refused", async () => {
    const { guest, email } = await shopperWith(sql);
    const { quote } = await getCheckout(guest);
    const key = unknownId();
    const { cartVersion, totalCents: expectedTotalCents } = quote;
    const json = { cartVersion, expectedTotalCents, email, address };
    const first = bodyOf(await sendAgain(guest, json, key), 201, CheckoutAnswerSchema);
    const second = bodyOf(await sendAgain(guest, json, key), 201, CheckoutAnswerSchema);
    expect(second).toMatchObject({ orderId: first.orderId, url: first.url });
    const other = { ...json, email: "another@example.test" };
    problemOf(await sendAgain(guest, other, key), "idempotency_mismatch");
  });

  test("the second tab, after the first has paid, is led to the order", async () => {
    await holdEvents();
    const { guest, email } = await shopperWith(sql);
    const { quote } = await getCheckout(guest);
    const { cartVersion, totalCents: expectedTotalCents } = quote;
    const json = { cartVersion, expectedTotalCents, email, address };
    const first = bodyOf(await sendAgain(guest, json), 201, CheckoutAnswerSchema);
    const { sessionId } = await paymentOf(sql, first.orderId);
    await controls().pay({ session: sessionId, outcome: "success" });
    const second = bodyOf(await sendAgain(guest, json), 201, CheckoutAnswerSchema);
    expect(second.orderId).toBe(first.orderId);
    expect(second.url).toMatch(new RegExp(`^/orders/${first.orderId}\\?key=`));
    expect(await orderOf(guest, first.orderId)).toMatchObject({ status: "paid" });
  });

  test("another address is another order, and the first session can be paid no more", async () => {
    const { guest, email, sessionId, orderId } = await payer(sql);
    const { quote } = await getCheckout(guest);
    expect(quote.lines).toEqual([]);
    await guest.send("DELETE", "/api/checkout");
    const other = await start(sql, guest, { email, address: { ...address, city: "Cork" } });
    expect(other.orderId).not.toBe(orderId);
    await expect(controls().pay({ session: sessionId, outcome: "success" })).rejects.toThrow("expired");
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "cancelled" });
  });
});

test("what a guest pays for may be seen by nobody else, and completed by nobody else", async () => {
  await holdEvents();
  const { guest, orderId, sessionId } = await payer(sql, { variantId: await createVariant(sql, 3) });
  await controls().pay({ session: sessionId, outcome: "success" });
  const stranger = newGuest();
  const json = { sessionId };
  problemOf(await stranger.send("POST", "/api/orders/create-from-payment", { json }), "payment_not_found");
  problemOf(await stranger.get(`/api/orders/${orderId}`), "order_not_found");
  expect(await orderOf(guest, orderId)).toMatchObject({ status: "pending" });
});
