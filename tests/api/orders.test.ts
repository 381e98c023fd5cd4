import { describe, expect, test } from "vitest";
import { OrderAnswerSchema, OrderListSchema } from "@/contracts/orders";
import { ConfirmAnswerSchema } from "@/contracts/reservations";
import { bodyOf, type Guest, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { stripeControls } from "../support/stand-ins.ts";
import {
  delivered,
  getCheckout,
  holdEvents,
  orderOf,
  payer,
  start,
  stock,
  useCalmStripe,
} from "./checkout-floor.ts";
import { newMember } from "./member.ts";
import { unknownId, useShopFloor } from "./shop-floor.ts";
import { signedIn } from "./wishes.ts";

// Who sees which order, and what happens to orders when a guest becomes a user or a user goes.

const sql = useShopFloor();
useCalmStripe(sql);

/** An order that is paid, and its link. */
async function bought(guest?: Guest) {
  const variantId = await createVariant(sql, 10);
  const who = guest ?? newGuest();
  const { reservation } = await who.hold(variantId, 2);
  const email = `${unknownId()}@example.test`;
  const begun = await start(sql, who, { email });
  await stripeControls().pay({ session: begun.sessionId, outcome: "success" });
  await delivered();
  const answer = bodyOf(await who.get(`/api/orders/${begun.orderId}`), 200, OrderAnswerSchema);
  expect(answer.order.status).toBe("paid");
  return { guest: who, variantId, reservationId: reservation.reservationId, email, ...begun, ...answer };
}

describe("an order", () => {
  test("is read by its shopper, and by whoever has its link; to all others it does not exist", async () => {
    const { orderId, orderUrl, guest } = await bought();
    const { orderId: otherId, orderUrl: otherUrl, guest: other } = await bought();
    const key = (url: string) => new URL(url, "http://x").searchParams.get("key") ?? "";
    const read = (who: Guest, id: string, query = "") => who.get(`/api/orders/${id}${query}`);
    expect((await read(guest, orderId)).status).toBe(200);
    expect((await read(newGuest(), orderId, `?key=${key(orderUrl)}`)).status).toBe(200);
    expect((await read(other, orderId.toUpperCase(), `?key=${key(orderUrl)}`)).status).toBe(200);
    for (const who of [newGuest(), other]) {
      for (const query of ["", `?key=${key(otherUrl)}`, "?key=x", `?key=${key(orderUrl).toLowerCase()}`]) {
        problemOf(await read(who, orderId, query), "order_not_found");
      }
    }
    problemOf(await read(guest, otherId), "order_not_found");
    problemOf(await read(guest, unknownId()), "order_not_found");
    problemOf(await read(guest, "1"), "validation_failed");
    problemOf(await read(guest, orderId, "?key="), "validation_failed");
  });

  test("is in the list of the user who bought it, newest first, and in nobody else's", async () => {
    const user = signedIn(await newMember(sql));
    const first = await bought(user);
    const second = await bought(user);
    const list = bodyOf(await user.get("/api/orders"), 200, OrderListSchema);
    expect(list.orders.map(({ orderId }) => orderId)).toEqual([second.orderId, first.orderId]);
    expect(list.nextBefore).toBeNull();
    const older = bodyOf(await user.get(`/api/orders?before=${second.order.number}`), 200, OrderListSchema);
    expect(older.orders.map(({ orderId }) => orderId)).toEqual([first.orderId]);
    const another = signedIn(await newMember(sql));
    expect(bodyOf(await another.get("/api/orders"), 200, OrderListSchema).orders).toEqual([]);
    problemOf(await newGuest().get("/api/orders"), "sign_in_required");
    problemOf(await another.get(`/api/orders/${first.orderId}`), "order_not_found");
  });

  test("of a guest becomes the user's who signs in", async () => {
    const { guest, orderId } = await bought();
    const { email, password } = await newMember(sql);
    const answer = await guest.send("POST", "/api/auth/sign-in", { json: { email, password } });
    expect(answer.status, answer.text).toBe(200);
    const list = bodyOf(await guest.get("/api/orders"), 200, OrderListSchema);
    expect(list.orders.map((order) => order.orderId)).toEqual([orderId]);
  });
});

describe("signing in while a payment is open", () => {
  const signIn = async (guest: Guest) => {
    const { email, password } = await newMember(sql);
    return guest.send("POST", "/api/auth/sign-in", { json: { email, password } });
  };

  test("ends it, and the cart comes along", async () => {
    const { guest, sessionId } = await payer(sql);
    expect((await signIn(guest)).status).toBe(200);
    expect(await guest.cart()).toMatchObject({ totalQuantity: 2 });
    await expect(stripeControls().pay({ session: sessionId, outcome: "success" })).rejects.toThrow("expired");
  });

  test("that was paid a moment ago is refused with the order, and nobody is signed in; then it works", async () => {
    await holdEvents();
    const { guest, sessionId, orderId } = await payer(sql);
    await stripeControls().pay({ session: sessionId, outcome: "success" });
    const { email, password } = await newMember(sql);
    const first = await guest.send("POST", "/api/auth/sign-in", { json: { email, password } });
    expect(problemOf(first, "payment_open")).toMatchObject({ orderId });
    expect([...guest.jar.keys()]).toEqual(["holdfast_guest"]);
    const second = await guest.send("POST", "/api/auth/sign-in", { json: { email, password } });
    expect(second.status, second.text).toBe(200);
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "paid" });
  });
});

test("erasing an account ends its open payment, and leaves its orders without a name", async () => {
  const member = await newMember(sql);
  const user = signedIn(member);
  const { orderUrl, variantId } = await bought(user);
  await user.hold(variantId, 1);
  const open = await start(sql, user, { email: member.email });
  const answer = await user.send("DELETE", "/api/auth/account");
  expect(answer.status, answer.text).toBe(200);
  await expect(stripeControls().pay({ session: open.sessionId, outcome: "success" })).rejects.toThrow(
    "expired",
  );
  expect(await stock(sql, variantId)).toEqual({ onHand: 8, reserved: 0 });
  const { order } = bodyOf(await newGuest().get(`/api${orderUrl}`), 200, OrderAnswerSchema);
  expect(order.status).toBe("paid");
});

describe("confirm", () => {
  const confirm = (guest: Guest, reservationId: string, paymentId: string) =>
    guest.change({ action: "confirm", reservationId, paymentId });

  test("says that a hold was sold, once Stripe says that it was paid, and may be repeated", async () => {
    await holdEvents();
    const { guest, reservationId, sessionId, orderId, variantId } = await payer(sql);
    problemOf(await confirm(guest, reservationId, sessionId), "payment_not_complete");
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 2 });
    const { payment_intent: intent } = await stripeControls().pay({ session: sessionId, outcome: "success" });
    const sold = bodyOf(await confirm(guest, reservationId, sessionId), 200, ConfirmAnswerSchema);
    expect(sold).toMatchObject({ outcome: "confirmed", reservationId, orderId });
    bodyOf(await confirm(guest, reservationId, String(intent)), 200, ConfirmAnswerSchema);
    expect(await stock(sql, variantId)).toEqual({ onHand: 8, reserved: 0 });
  });

  test("gives nobody goods for a PUT", async () => {
    const paid = await bought();
    const { guest, reservationId, variantId } = await payer(sql);
    const id = String(paid.sessionId);
    for (const [who, hold, payment] of [
      [guest, reservationId, id],
      [guest, paid.reservationId, id],
      [newGuest(), reservationId, id],
      [guest, reservationId, "pi_1"],
      [guest, reservationId, "cs_test_nothing"],
      [paid.guest, reservationId, id],
    ] as const) {
      const answer = await confirm(who, hold, payment);
      expect([404, 409], answer.text).toContain(answer.status);
    }
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 2 });
    expect((await getCheckout(guest)).openPayment).not.toBeNull();
  });
});
