import { expect, test } from "vitest";
import { ReleaseAnswerSchema } from "@/contracts/reservations";
import { type Answer, bodyOf, newGuest, problemOf, RESERVATIONS } from "../support/api-client.ts";
import { createVariant, rowOf, stockOf } from "../support/shop.ts";
import { fingerprint, lapse, unknownId, useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();
const released = (answer: Answer) => bodyOf(answer, 200, ReleaseAnswerSchema).released;

test("a hold that is given back is free for the next, and giving it back again is fine", async () => {
  const variantId = await createVariant(sql, 1);
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId);
  const query = `reservationId=${reservation.reservationId}`;
  expect(released(await guest.release(query))).toBe(1);
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 1, reserved: 0 });
  expect(released(await guest.release(query))).toBe(0);
  expect(await rowOf(sql, reservation.reservationId)).toMatchObject({ status: "released" });
  await newGuest().hold(variantId);
});

test("giving all back empties the whole cart of this guest, and of no other", async () => {
  const variantIds = [await createVariant(sql, 5), await createVariant(sql, 5)];
  const [guest, other] = [newGuest(), newGuest()];
  for (const variantId of variantIds) {
    await guest.hold(variantId);
    await other.hold(variantId, 2);
  }
  expect(released(await guest.release("all=true"))).toBe(2);
  expect(released(await guest.release("all=true"))).toBe(0);
  expect((await guest.cart()).lines).toEqual([]);
  expect((await other.cart()).totalQuantity).toBe(4);
});

test("a lapsed hold has given its units back already", async () => {
  const variantId = await createVariant(sql, 1);
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId);
  await lapse(sql, reservation.reservationId);
  expect(released(await guest.release(`reservationId=${reservation.reservationId}`))).toBe(0);
  expect(await rowOf(sql, reservation.reservationId)).toMatchObject({ status: "expired" });
});

test("a stranger and another guest give back nothing with an id that is not theirs", async () => {
  const variantId = await createVariant(sql, 5);
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId);
  const other = newGuest();
  await other.hold(variantId);
  const before = await fingerprint(sql);
  for (const intruder of [newGuest(), other]) {
    for (const id of [reservation.reservationId, unknownId()]) {
      expect(released(await intruder.release(`reservationId=${id}`))).toBe(0);
    }
  }
  expect(released(await newGuest().release("all=true"))).toBe(0);
  expect(await fingerprint(sql)).toEqual(before);
});

test.each([
  ["neither of the two parameters", ""],
  ["both parameters", "?reservationId=ID&all=true"],
  ["all=false", "?all=false"],
  ["all=1", "?all=1"],
  ["an empty all", "?all="],
  ["all twice", "?all=true&all=true"],
  ["a reservation twice", "?reservationId=ID&reservationId=ID"],
  ["what is no uuid", "?reservationId=1"],
  ["an empty id", "?reservationId="],
  ["a list of ids", "?reservationId=ID,ID"],
  ["a parameter that does not exist", "?reservationId=ID&force=true"],
  ["a parameter in capitals", "?ALL=true"],
])("%s is refused, and nothing is given back", async (_, query) => {
  const variantId = await createVariant(sql, 1);
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId);
  const before = await fingerprint(sql);
  const answer = await guest.send(
    "DELETE",
    `${RESERVATIONS}${query.replaceAll("ID", reservation.reservationId)}`,
  );
  expect(problemOf(answer, "validation_failed").errors).not.toHaveLength(0);
  expect(await fingerprint(sql)).toEqual(before);
});
