import { describe, expect } from "vitest";
import { BackAnswerSchema, CheckoutAnswerSchema } from "@/contracts/checkout";
import { HoldAnswerSchema } from "@/contracts/reservations";
import { bodyOf, newGuest } from "../support/api-client.ts";
import type { Sql } from "../support/database.ts";
import type { Place } from "../support/gates.ts";
import { must } from "../support/shop.ts";
import { stripeAt } from "../support/stripe-target.ts";
import { paymentOf, setWindow, windowIsOver } from "./checkout-floor.ts";
import { type Buyer, FREE, RETURNED, SOLD, TOTAL, useCrashFloor } from "./payment-crash-floor.ts";

// kill -9 between starting to pay, and going back: our row, then Stripe, then our row again.

const { store, controls, buyer, payer, wishOf, crash, cron, delivered, booksOf, tell } = useCrashFloor();
const holdEvents = () => controls().deliveries({ held: true });
const goBack = async ({ guest }: Buyer) =>
  bodyOf(await guest.send("DELETE", "/api/checkout"), 200, BackAnswerSchema);
/** The payment that was pinned when it died: nobody was told. */
const pinned = async (sql: Sql, { email }: Buyer) => {
  const [order] = await sql<{ id: string }[]>`select id from orders where email = ${email}`;
  return (await paymentOf(sql, must(order).id)).paymentId;
};

/** The session of a payment, as Stripe knows it; whether or not we do. */
async function sessionAtStripe(paymentId: string): Promise<string> {
  const { data } = await stripeAt(store.stripe).checkout.sessions.list({ limit: 100 });
  return must(data.find((session) => session.client_reference_id === paymentId)).id;
}

/** Where it may die while somebody starts to pay, and what becomes of the session of a payment that nobody goes on with. */
const starting: [what: string, place: Place, sessions: ("open" | "expired")[]][] = [
  ["before Stripe was asked for a session", "before POST /v1/checkout/sessions", []],
  ["after Stripe made the session, its answer lost", "after POST /v1/checkout/sessions", ["open"]],
  ["before the session was written down", "before rpc/record_session", ["open"]],
  ["after the session was written down, the shopper not answered", "after rpc/record_session", ["expired"]],
];

describe.each(starting)("killed %s", (_, place, sessions) => {
  tell("the same checkout sent again leads to the one session, and to one sale", async (sql) => {
    const one = await buyer(sql);
    const pay = await wishOf(one);
    await crash(place, pay);
    const { orderId } = bodyOf(await pay(), 201, CheckoutAnswerSchema);
    const { sessionId } = await paymentOf(sql, orderId);
    await controls().pay({ session: sessionId, outcome: "success" });
    await delivered();
    expect(await booksOf(sql, one)).toEqual(SOLD);
  });

  tell("a shopper who never comes back loses the units when the window is over", async (sql) => {
    await setWindow(sql, 1);
    const one = await buyer(sql);
    await crash(place, await wishOf(one));
    await windowIsOver(sql, await pinned(sql, one));
    await cron();
    await delivered();
    expect(await booksOf(sql, one)).toEqual({ ...FREE, sessions });
  });

  tell("the way back to the cart is open", async (sql) => {
    const one = await buyer(sql);
    await crash(place, await wishOf(one));
    expect(await goBack(one)).toMatchObject({ outcome: "returned" });
    await delivered();
    expect(await booksOf(sql, one)).toEqual({ ...RETURNED, sessions });
  });
});

describe("a session that nobody wrote down, and nobody was told of,", () => {
  /** Its payment ended here without it. */
  async function orphan(sql: Sql) {
    const one = await buyer(sql);
    await crash("before rpc/record_session", await wishOf(one));
    const paymentId = await pinned(sql, one);
    await goBack(one);
    return { ...one, session: await sessionAtStripe(paymentId) };
  }

  tell("ends by Stripe's own clock, and changes nothing", async (sql) => {
    const { session, ...one } = await orphan(sql);
    await controls().letExpire({ session });
    await delivered();
    expect(await booksOf(sql, one)).toEqual(RETURNED);
  });

  tell("is a sale if it is paid all the same, while the units are there", async (sql) => {
    const { session, ...one } = await orphan(sql);
    await controls().pay({ session, outcome: "success" });
    await delivered();
    expect(await booksOf(sql, one)).toEqual(SOLD);
  });

  tell("is paid back in full, once, where somebody else has the units", async (sql) => {
    const { session, ...one } = await orphan(sql);
    await one.guest.release("all=true");
    const other = newGuest({ baseUrl: store.url });
    bodyOf(await other.reserve(one.variantId, 2), 201, HoldAnswerSchema);
    await crash("before rpc/claim_refunds", () => controls().pay({ session, outcome: "success" }));
    await cron();
    await delivered();
    // What the event delivered again set to work may be at it still.
    await expect
      .poll(() => booksOf(sql, one), { timeout: 20_000 })
      .toEqual({
        ...SOLD,
        orders: ["refunded_out_of_stock"],
        sales: [],
        paidBack: [TOTAL],
        stock: { onHand: 2, reserved: 2 },
      });
  });
});

const goingBack: [what: string, place: Place][] = [
  ["before Stripe was told to end the session", "before /expire"],
  ["after Stripe ended the session, its answer lost", "after /expire"],
  ["before the end of the session was written down", "before rpc/settle_payment"],
  ["after the holds went back to the cart, the shopper not answered", "after rpc/settle_payment"],
];

describe.each(goingBack)("on the way back to the cart, killed %s", (_, place) => {
  tell("the shopper who asks again has the cart", async (sql) => {
    await holdEvents();
    const one = await payer(sql);
    await crash(place, () => goBack(one));
    await goBack(one);
    expect(await one.guest.cart()).toMatchObject({ totalQuantity: 2 });
    await controls().release();
    await delivered();
    expect(await booksOf(sql, one)).toEqual(RETURNED);
  });
});

describe.each(goingBack.slice(1))("on the way back to the cart, killed %s", (_, place) => {
  tell("the shopper need not ask again: Stripe tells that the session is over", async (sql) => {
    const one = await payer(sql);
    await crash(place, () => goBack(one));
    await delivered();
    expect(await booksOf(sql, one)).toEqual(RETURNED);
  });
});

describe("on the way back to the cart, killed before Stripe was told to end the session", () => {
  const [, place] = must(goingBack[0]);

  tell("a shopper who never asks again loses the units when the window is over", async (sql) => {
    await setWindow(sql, 1);
    const one = await payer(sql);
    await crash(place, () => goBack(one));
    await windowIsOver(sql, one.paymentId);
    await cron();
    await delivered();
    expect(await booksOf(sql, one)).toEqual(FREE);
  });

  tell("a shopper who pays after all has bought", async (sql) => {
    const one = await payer(sql);
    await crash(place, () => goBack(one));
    await controls().pay({ session: one.sessionId, outcome: "success" });
    await delivered();
    expect(await booksOf(sql, one)).toEqual(SOLD);
  });
});
