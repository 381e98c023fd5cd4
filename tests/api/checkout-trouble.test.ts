import { afterEach, describe, expect, test } from "vitest";
import { BackAnswerSchema, CheckoutAnswerSchema } from "@/contracts/checkout";
import { CleanupAnswerSchema } from "@/contracts/cleanup";
import { HoldAnswerSchema } from "@/contracts/reservations";
import { bodyOf, newGuest, problemOf, storeKeys } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { stripeControls, stripeOfRun } from "../support/stand-ins.ts";
import {
  getCheckout,
  holdEvents,
  orderOf,
  payer,
  paymentOf,
  sendCheckout,
  setWindow,
  shopperWith,
  start,
  stock,
  useCalmStripe,
  windowIsOver,
} from "./checkout-floor.ts";
import { lapse, useShopFloor } from "./shop-floor.ts";
import { bearer } from "./wishes.ts";

// Stripe slow, down or broken, and payments that nobody finishes.

const sql = useShopFloor();
useCalmStripe(sql);
const controls = () => stripeControls();
const SESSIONS = "/v1/checkout/sessions";
afterEach(async () => {
  await controls().noFaults();
});

/** Every call fails until further notice. */
const down = (fault: Parameters<ReturnType<typeof stripeControls>["fault"]>[0]) =>
  controls().fault({ ...fault, times: null });

const sweep = async () =>
  bodyOf(
    await newGuest().send("GET", "/api/cron/cleanup-reservations", {
      headers: bearer(storeKeys().cronSecret),
    }),
    200,
    CleanupAnswerSchema,
  );

describe.each<[string, Parameters<typeof down>[0]]>([
  ["answers 500", { status: 500 }],
  ["is too busy", { status: 429 }],
  ["does not know our key", { status: 401 }],
  ["hangs up", { how: "drop" }],
])("while Stripe %s", (_, fault) => {
  test("nobody can pay: the units stay pinned, and the same checkout goes on afterwards", async () => {
    const { guest, email, variantId } = await shopperWith(sql);
    const { quote } = await getCheckout(guest);
    await down(fault);
    problemOf(await sendCheckout(guest, { email }), "payment_unavailable");
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 2 });
    const { openPayment } = await getCheckout(guest);
    expect(openPayment).toMatchObject({ url: null, totalCents: quote.totalCents });
    await controls().noFaults();
    const again = { email, cartVersion: quote.cartVersion, expectedTotalCents: quote.totalCents };
    const answer = bodyOf(await sendCheckout(guest, again), 201, CheckoutAnswerSchema);
    expect(answer.orderId).toBe(openPayment?.orderId);
    bodyOf(await guest.send("DELETE", "/api/checkout"), 200, BackAnswerSchema);
    expect(await guest.cart()).toMatchObject({ totalQuantity: 2 });
  });

  test("the way back to the cart waits, where there is a session to end; the hold stays pinned", async () => {
    const { guest, variantId, orderId } = await payer(sql);
    await down(fault);
    problemOf(await guest.send("DELETE", "/api/checkout"), "payment_unavailable");
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "pending", paymentStatus: "open" });
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 2 });
    await controls().noFaults();
    const back = bodyOf(await guest.send("DELETE", "/api/checkout"), 200, BackAnswerSchema);
    expect(back.outcome).toBe("returned");
  });
});

test("what Stripe once answered with 500 it answers so again: back to the cart, and it begins anew", async () => {
  const { guest, email } = await shopperWith(sql);
  const { quote } = await getCheckout(guest);
  const same = { email, cartVersion: quote.cartVersion, expectedTotalCents: quote.totalCents };
  await down({ status: 500, kept: true });
  problemOf(await sendCheckout(guest, same), "payment_unavailable");
  await controls().noFaults();
  problemOf(await sendCheckout(guest, same), "payment_unavailable");
  bodyOf(await guest.send("DELETE", "/api/checkout"), 200, BackAnswerSchema);
  await start(sql, guest, { email });
});

test("a session that Stripe made, though its answer was lost, is the one that the next try finds", async () => {
  const { guest, email } = await shopperWith(sql);
  const { quote } = await getCheckout(guest);
  const same = { email, cartVersion: quote.cartVersion, expectedTotalCents: quote.totalCents };
  await controls().fault({ how: "drop", when: "after", match: `POST ${SESSIONS}`, times: 2 });
  problemOf(await sendCheckout(guest, same), "payment_unavailable");
  const answer = bodyOf(await sendCheckout(guest, same), 201, CheckoutAnswerSchema);
  const { paymentId } = await paymentOf(sql, answer.orderId);
  const { data } = await stripeOfRun().checkout.sessions.list({ limit: 100 });
  expect(data.filter((session) => session.client_reference_id === paymentId)).toHaveLength(1);
});

test("while Stripe is slow nobody waits but who pays: no lock is held", async () => {
  const { guest, email, variantId } = await shopperWith(sql);
  await controls().fault({ how: "slow", ms: 3_000, match: `POST ${SESSIONS}` });
  let isAnswered = false;
  const paying = sendCheckout(guest, { email }).then((answer) => {
    isAnswered = true;
    return answer;
  });
  const isPinned = async () => (await guest.cart()).lines.length === 0;
  await expect.poll(isPinned, { timeout: 5_000 }).toBe(true);
  const other = newGuest();
  await other.hold(variantId, 3);
  bodyOf(await guest.reserve(await createVariant(sql, 1)), 201, HoldAnswerSchema);
  expect(isAnswered, "the others were done while Stripe was asked").toBe(false);
  expect((await paying).status).toBe(201);
});

describe("a window that is over", () => {
  const lapsed = async (options: { onHand?: number; quantity?: number } = {}) => {
    await setWindow(sql, 1);
    const one = await payer(sql, options);
    await windowIsOver(sql, one.paymentId);
    return one;
  };

  test("is ended by whoever is refused because of it: at Stripe first, then the units are theirs", async () => {
    const { guest, orderId, sessionId, variantId } = await lapsed({ onHand: 2 });
    const other = newGuest();
    bodyOf(await other.reserve(variantId, 2), 201, HoldAnswerSchema);
    await expect(controls().pay({ session: sessionId, outcome: "success" })).rejects.toThrow("expired");
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "cancelled", paymentStatus: "expired" });
    expect(await guest.cart()).toMatchObject({ lines: [] });
    expect(await stock(sql, variantId)).toEqual({ onHand: 2, reserved: 2 });
  });

  test("is ended for a whole cart, too", async () => {
    const { variantId } = await lapsed({ onHand: 2 });
    const json = { operation: "reserve", items: [{ variantId, quantity: 2 }] };
    const answer = await newGuest().send("POST", "/api/stock/reservations/bulk", { json });
    expect(answer.status, answer.text).toBe(200);
  });

  test("ends in a sale, where it was paid at the last moment: who is refused stays so", async () => {
    await holdEvents();
    await setWindow(sql, 1);
    const { guest, orderId, paymentId, sessionId, variantId } = await payer(sql, { onHand: 2 });
    await controls().pay({ session: sessionId, outcome: "success" });
    await windowIsOver(sql, paymentId);
    problemOf(await newGuest().reserve(variantId, 2), "insufficient_stock");
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "paid" });
    expect(await stock(sql, variantId)).toEqual({ onHand: 0, reserved: 0 });
  });

  test("that is not over yet is nobody's to end", async () => {
    const { guest, orderId, variantId } = await payer(sql, { onHand: 2 });
    problemOf(await newGuest().reserve(variantId, 2), "insufficient_stock");
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "pending", paymentStatus: "open" });
  });

  test("is ended by the sweep, and its units are free", async () => {
    const { guest, orderId, sessionId, variantId } = await lapsed();
    const { payments } = await sweep();
    expect(payments.settled).toBeGreaterThanOrEqual(1);
    await expect(controls().pay({ session: sessionId, outcome: "success" })).rejects.toThrow("expired");
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "cancelled", paymentStatus: "expired" });
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 0 });
  });

  test("is ended by the sweep also where Stripe was never asked for a session", async () => {
    await setWindow(sql, 1);
    const { guest, email, variantId } = await shopperWith(sql);
    await down({ status: 500 });
    problemOf(await sendCheckout(guest, { email }), "payment_unavailable");
    await controls().noFaults();
    const orderId = (await getCheckout(guest)).openPayment?.orderId ?? "";
    await windowIsOver(sql, (await paymentOf(sql, orderId)).paymentId);
    await sweep();
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 0 });
  });

  test("stays as it is while Stripe does not answer, for it may have been paid; a refusal stays a refusal", async () => {
    const { guest, orderId, paymentId, variantId } = await lapsed({ onHand: 2 });
    await down({ status: 500 });
    problemOf(await newGuest().reserve(variantId, 2), "insufficient_stock");
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "pending", paymentStatus: "open" });
    expect(await stock(sql, variantId)).toEqual({ onHand: 2, reserved: 2 });
    await controls().noFaults();
    const [row] =
      await sql`select claimed_until > clock_timestamp() as claimed from payments where id = ${paymentId}`;
    expect(row?.claimed, "nobody asks again before the claim is over").toBe(true);
  });

  test("keeps nobody else's holds waiting while Stripe hangs: the sweep answers in time and says what is left", async () => {
    const { sessionId, variantId } = await lapsed();
    const { reservation } = await newGuest().hold(await createVariant(sql, 1));
    await lapse(sql, reservation.reservationId);
    await controls().fault({ how: "slow", ms: 40_000, times: null, match: `POST ${SESSIONS}/${sessionId}` });
    const began = performance.now();
    const { payments } = await sweep();
    expect(performance.now() - began).toBeLessThan(25_000);
    expect(payments).toMatchObject({ more: true });
    expect(payments.undone).toBeGreaterThan(0);
    const [row] = await sql`select status from reservations where id = ${reservation.reservationId}`;
    expect(row).toEqual({ status: "expired" });
    expect(await stock(sql, variantId)).toMatchObject({ reserved: 2 });
  }, 60_000);

  test("leads a shopper who comes back with the same cart to another payment", async () => {
    const { guest, email, orderId, variantId } = await lapsed();
    await setWindow(sql, 900);
    await guest.send("DELETE", "/api/checkout");
    const again = await start(sql, guest, { email });
    expect(again.orderId).not.toBe(orderId);
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 2 });
  });
});
