import { describe, expect, test } from "vitest";
import { BackAnswerSchema } from "@/contracts/checkout";
import { bodyOf, newGuest, problemOf } from "../support/api-client.ts";
import { stripeControls } from "../support/stand-ins.ts";
import { delivered, holdEvents, orderOf, payer, stock, useCalmStripe } from "./checkout-floor.ts";
import { newMember } from "./member.ts";
import { useShopFloor } from "./shop-floor.ts";
import { signedIn } from "./wishes.ts";

// Out of a payment again: back to the cart, by a change of what is being paid, and by an admin.

const sql = useShopFloor();
useCalmStripe(sql);
const controls = () => stripeControls();

describe("back to the cart", () => {
  test("ends the payment at Stripe first, gives the units back with their time, and may be repeated", async () => {
    const { guest, variantId, orderId, sessionId } = await payer(sql);
    const back = bodyOf(await guest.send("DELETE", "/api/checkout"), 200, BackAnswerSchema);
    expect(back).toMatchObject({ outcome: "returned", orderId });
    const cart = await guest.cart();
    expect(cart).toMatchObject({ totalQuantity: 2 });
    const [line] = cart.lines;
    expect(Date.parse(line?.expiresAt ?? "") - Date.parse(cart.serverNow)).toBeGreaterThan(110_000);
    await expect(controls().pay({ session: sessionId, outcome: "success" })).rejects.toThrow("expired");
    const again = bodyOf(await guest.send("DELETE", "/api/checkout"), 200, BackAnswerSchema);
    expect(again.outcome).toBe("none");
    await delivered();
    expect(await guest.cart(), "Stripe's own event finds nothing to do").toMatchObject({ totalQuantity: 2 });
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 2 });
  });

  test("by a stranger is nothing", async () => {
    const back = bodyOf(await newGuest().send("DELETE", "/api/checkout"), 200, BackAnswerSchema);
    expect(back.outcome).toBe("none");
  });

  test("comes too late where it was paid: the order is there", async () => {
    await holdEvents();
    const { guest, orderId, sessionId, variantId } = await payer(sql);
    await controls().pay({ session: sessionId, outcome: "success" });
    const back = bodyOf(await guest.send("DELETE", "/api/checkout"), 200, BackAnswerSchema);
    expect(back).toMatchObject({ outcome: "paid", orderId });
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "paid" });
    expect(await stock(sql, variantId)).toEqual({ onHand: 8, reserved: 0 });
  });
});

describe("a change of what is being paid", () => {
  const changes: [string, (reservationId: string) => [string, string, object?]][] = [
    [
      "another quantity",
      (reservationId) => ["PUT", "", { action: "set_quantity", reservationId, quantity: 1 }],
    ],
    ["more time", (reservationId) => ["PUT", "", { action: "extend", reservationId }]],
    ["giving it back", (reservationId) => ["DELETE", `?reservationId=${reservationId}`]],
    [
      "giving it back with others",
      (id) => ["POST", "/bulk", { operation: "release", items: [{ reservationId: id }] }],
    ],
    [
      "more time with others",
      (id) => ["POST", "/bulk", { operation: "extend", items: [{ reservationId: id }] }],
    ],
  ];

  test.each(changes)("%s ends the payment, and is done", async (_, make) => {
    const { guest, reservationId, sessionId, orderId } = await payer(sql);
    const [method, path, json] = make(reservationId);
    const answer = await guest.send(method, `/api/stock/reservations${path}`, json ? { json } : {});
    expect(answer.status, answer.text).toBe(200);
    await expect(controls().pay({ session: sessionId, outcome: "success" })).rejects.toThrow("expired");
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "cancelled", paymentStatus: "expired" });
  });

  test.each(changes)("%s, of what was paid a moment ago, is refused with the order", async (_, make) => {
    await holdEvents();
    const { guest, reservationId, sessionId, orderId, variantId } = await payer(sql);
    await controls().pay({ session: sessionId, outcome: "success" });
    const [method, path, json] = make(reservationId);
    const answer = await guest.send(method, `/api/stock/reservations${path}`, json ? { json } : {});
    const problem = problemOf(answer, "payment_open");
    expect(problem).toMatchObject({ orderId });
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "paid" });
    expect(await stock(sql, variantId)).toEqual({ onHand: 8, reserved: 0 });
  });
});

test("an admin who takes back what is being paid ends the payment first, at Stripe", async () => {
  const { guest, reservationId, sessionId, orderId, variantId } = await payer(sql);
  const admin = signedIn(await newMember(sql, { isAdmin: true }));
  const path = `/api/admin/reservations/${reservationId}/release`;
  const answer = await admin.send("POST", path, { json: { reason: "Broken in the shop window" } });
  expect(answer.status, answer.text).toBe(200);
  await expect(controls().pay({ session: sessionId, outcome: "success" })).rejects.toThrow("expired");
  expect(await orderOf(guest, orderId)).toMatchObject({ status: "cancelled" });
  expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 0 });
});
