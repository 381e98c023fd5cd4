import { expect, test } from "vitest";
import { HoldAnswerSchema } from "@/contracts/reservations";
import { bodyOf, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant, must, rowOf, stockOf } from "../support/shop.ts";
import {
  age,
  between,
  fingerprint,
  lapse,
  pin,
  unknownId,
  useShopFloor,
  useUpItsLife,
} from "./shop-floor.ts";

const sql = useShopFloor();

/** A guest who holds `quantity` of the units of a new variant. */
async function holder(onHand: number, quantity = 1) {
  const variantId = await createVariant(sql, onHand);
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId, quantity);
  const { reservationId } = reservation;
  return {
    variantId,
    guest,
    reservation,
    reservationId,
    extend: () => guest.change({ action: "extend", reservationId }),
    setQuantity: (to: number) => guest.change({ action: "set_quantity", reservationId, quantity: to }),
  };
}

test("extending gives a full turn from now on", async () => {
  const { reservation, reservationId, extend } = await holder(1);
  await age(sql, reservationId, 300);
  const answer = bodyOf(await extend(), 200, HoldAnswerSchema);
  expect(answer).toMatchObject({ outcome: "extended", replacesId: null, reservation: { reservationId } });
  expect(between(answer.serverNow, answer.reservation.expiresAt)).toBe(900_000);
  expect(answer.reservation.maxExpiresAt).toBe(reservation.maxExpiresAt);
});

test("extending ends at the maximum, and at the maximum it is refused", async () => {
  const { reservationId, extend } = await holder(1);
  await age(sql, reservationId, 600);
  const [row] = await sql<{ max: Date }[]>`
    update reservations set max_expires_at = expires_at + interval '1 minute'
    where id = ${reservationId} returning max_expires_at as max`;
  const { reservation } = bodyOf(await extend(), 200, HoldAnswerSchema);
  expect(reservation.expiresAt).toBe(reservation.maxExpiresAt);
  expect(Date.parse(reservation.expiresAt)).toBe(must(row).max.getTime());
  problemOf(await extend(), "extension_limit");
  expect(await rowOf(sql, reservationId)).toMatchObject({ status: "active" });
});

test("a hold without an extension left keeps its units when it is asked for one", async () => {
  const { variantId, reservationId, extend } = await holder(1);
  await useUpItsLife(sql, reservationId);
  problemOf(await extend(), "extension_limit");
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 1, reserved: 1 });
});

test("a lapsed hold is never revived: its free units are taken again as a new hold", async () => {
  const { variantId, reservationId, extend } = await holder(2, 2);
  await lapse(sql, reservationId);
  const answer = bodyOf(await extend(), 200, HoldAnswerSchema);
  expect(answer).toMatchObject({ outcome: "held_again", replacesId: reservationId });
  expect(answer.reservation).toMatchObject({ variantId, quantity: 2 });
  expect(answer.reservation.reservationId).not.toBe(reservationId);
  expect(between(answer.reservation.heldAt, answer.reservation.expiresAt)).toBe(900_000);
  expect(await rowOf(sql, reservationId)).toMatchObject({ status: "expired" });
});

test("a lapsed hold whose units somebody took is gone, and the shopper learns when there may be some", async () => {
  const { variantId, reservationId, extend } = await holder(1);
  await lapse(sql, reservationId);
  const taker = await newGuest().hold(variantId);
  const problem = problemOf(await extend(), "hold_expired");
  expect(problem).toMatchObject({ available: 0, requested: 1, shortfall: 1 });
  expect(problem.nextReleaseAt).toBe(taker.reservation.expiresAt);
  expect(problem.serverNow).toBeDefined();
});

test("a lapsed hold that a limit keeps from being held again says so, not that its units are gone", async () => {
  const { reservationId, extend, variantId } = await holder(5);
  await lapse(sql, reservationId);
  await sql`update store_settings set max_unconverted_holds = 1`;
  try {
    const problem = problemOf(await extend(), "too_many_requests");
    expect(problem).toMatchObject({ requested: 1, limit: { name: "max_unconverted_holds", value: 1 } });
    expect(problem.retryAfterSeconds).toBeGreaterThan(0);
  } finally {
    await sql`update store_settings set max_unconverted_holds = 5`;
  }
  expect((await extend()).status).toBe(200);
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 5, reserved: 1 });
});

test("a line can be set to more, to fewer and to the same, and not beyond what is there", async () => {
  const { variantId, reservationId, setQuantity } = await holder(5, 2);
  for (const quantity of [4, 1, 1, 5]) {
    const answer = bodyOf(await setQuantity(quantity), 200, HoldAnswerSchema);
    expect(answer).toMatchObject({ outcome: "quantity_set", replacesId: null });
    expect(answer.reservation).toMatchObject({ reservationId, quantity });
  }
  const problem = problemOf(await setQuantity(8), "insufficient_stock");
  expect(problem).toMatchObject({ available: 0, requested: 8, shortfall: 3, nextReleaseAt: null });
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 5, reserved: 5 });
});

test("a lapsed line that is set to a quantity is taken again or refused like any other", async () => {
  const { variantId, reservationId, setQuantity } = await holder(3, 1);
  await lapse(sql, reservationId);
  problemOf(await setQuantity(4), "insufficient_stock");
  const answer = bodyOf(await setQuantity(3), 200, HoldAnswerSchema);
  expect(answer).toMatchObject({ outcome: "held_again", replacesId: reservationId });
  expect(await stockOf(sql, variantId)).toMatchObject({ reserved: 3 });
});

test("a hold that was given back is ended for good", async () => {
  const { guest, variantId, reservationId, extend, setQuantity } = await holder(5);
  await guest.release(`reservationId=${reservationId}`);
  problemOf(await extend(), "reservation_ended");
  problemOf(await setQuantity(2), "reservation_ended");
  expect(await stockOf(sql, variantId)).toMatchObject({ reserved: 0 });
});

test("while a payment is open the hold cannot be changed or given back", async () => {
  const { guest, variantId, reservationId, extend, setQuantity } = await holder(5);
  await pin(sql, reservationId);
  const before = await fingerprint(sql);
  problemOf(await extend(), "payment_open");
  problemOf(await setQuantity(2), "payment_open");
  problemOf(await guest.release(`reservationId=${reservationId}`), "payment_open");
  expect(await fingerprint(sql)).toEqual(before);
  expect(await stockOf(sql, variantId)).toMatchObject({ reserved: 1 });
});

test("confirming with what is no payment is refused: nobody gets goods for a PUT", async () => {
  const { guest, reservationId } = await holder(1);
  const before = await fingerprint(sql);
  problemOf(
    await guest.change({ action: "confirm", reservationId, paymentId: "pi_1" }),
    "payment_not_complete",
  );
  problemOf(
    await newGuest().change({ action: "confirm", reservationId, paymentId: "pi_2" }),
    "reservation_not_found",
  );
  expect(await fingerprint(sql)).toEqual(before);
});

test("to a stranger and to every other guest a reservation does not exist, and nothing of it changes", async () => {
  const { variantId, reservationId } = await holder(5, 2);
  const other = newGuest();
  await other.hold(variantId);
  const before = await fingerprint(sql);
  for (const intruder of [newGuest(), other]) {
    for (const id of [reservationId, unknownId()]) {
      problemOf(await intruder.change({ action: "extend", reservationId: id }), "reservation_not_found");
      problemOf(
        await intruder.change({ action: "set_quantity", reservationId: id, quantity: 1 }),
        "reservation_not_found",
      );
    }
  }
  expect(await fingerprint(sql)).toEqual(before);
});

test("somebody else's lapsed hold cannot be taken again in their name", async () => {
  const { variantId, reservationId } = await holder(1);
  await lapse(sql, reservationId);
  const other = newGuest();
  await other.hold(await createVariant(sql, 1));
  problemOf(await other.change({ action: "extend", reservationId }), "reservation_not_found");
  expect(await stockOf(sql, variantId)).toMatchObject({ reserved: 1 });
  expect(await rowOf(sql, reservationId)).toMatchObject({ status: "active" });
});
