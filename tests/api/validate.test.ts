import { expect, test } from "vitest";
import { ForecastSchema } from "@/contracts/forecast";
import { bodyOf, type Guest, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { fingerprint, lapse, pin, unknownId, useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();
const VALIDATE = "/api/stock/reservations/validate";

const forecast = async (guest: Guest) => bodyOf(await guest.get(VALIDATE), 200, ForecastSchema);
const forecastOf = async (guest: Guest, reservationIds: string[]) =>
  bodyOf(await guest.send("POST", VALIDATE, { json: { reservationIds } }), 200, ForecastSchema);

async function holder(onHand = 5, quantity = 2) {
  const variantId = await createVariant(sql, onHand);
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId, quantity);
  return { guest, variantId, reservation };
}

test("a cart that is held would succeed, and nothing is changed by asking", async () => {
  const { guest, variantId, reservation } = await holder();
  const before = await fingerprint(sql);
  expect(await forecast(guest)).toMatchObject({
    wouldSucceed: true,
    lines: [
      {
        reservationId: reservation.reservationId,
        variantId,
        outcome: "held",
        quantity: 2,
        unitPriceCents: 1000,
        expiresAt: reservation.expiresAt,
        available: 3,
      },
    ],
  });
  expect(await fingerprint(sql)).toEqual(before);
});

test("a lapsed line whose units are free would be held again, and is not by asking", async () => {
  const { guest, reservation } = await holder();
  await lapse(sql, reservation.reservationId);
  const before = await fingerprint(sql);
  expect(await forecast(guest)).toMatchObject({
    wouldSucceed: true,
    lines: [{ outcome: "would_be_held_again" }],
  });
  expect(await fingerprint(sql)).toEqual(before);
});

test("one line whose units are taken spoils the whole", async () => {
  const { guest, variantId, reservation } = await holder(2);
  await guest.hold(await createVariant(sql, 1));
  await lapse(sql, reservation.reservationId);
  const other = await newGuest().hold(variantId, 1);
  const { wouldSucceed, lines } = await forecast(guest);
  expect(wouldSucceed).toBe(false);
  expect(lines).toMatchObject([
    { outcome: "held" },
    { outcome: "hold_expired", available: 1, nextReleaseAt: other.reservation.expiresAt },
  ]);
});

test("an empty cart would buy nothing, so it would not succeed", async () => {
  for (const guest of [newGuest(), (await holder()).guest]) {
    await guest.release("all=true");
    expect(await forecast(guest)).toMatchObject({ wouldSucceed: false, lines: [] });
    const { lines } = bodyOf(await guest.send("POST", VALIDATE, { json: {} }), 200, ForecastSchema);
    expect(lines).toEqual([]);
  }
});

test("asked for some holds, it answers them in their order, and no others", async () => {
  const { guest, reservation } = await holder();
  const second = await guest.hold(await createVariant(sql, 1));
  const ids = [second.reservation.reservationId, reservation.reservationId.toUpperCase()];
  const { lines } = await forecastOf(guest, ids);
  expect(lines.map((line) => line.reservationId)).toEqual(ids.map((id) => id.toLowerCase()));
  expect(await forecastOf(guest, ids.slice(0, 1))).toMatchObject({ wouldSucceed: true });
});

test("what is no line of this cart is said to be none, whosever it is", async () => {
  const { guest, reservation } = await holder();
  const other = await holder();
  const paying = await guest.hold(await createVariant(sql, 1));
  await pin(sql, paying.reservation.reservationId);
  const ids = [other.reservation.reservationId, unknownId(), paying.reservation.reservationId];
  const { wouldSucceed, lines } = await forecastOf(guest, [reservation.reservationId, ...ids]);
  expect(wouldSucceed).toBe(false);
  expect(lines.slice(1)).toEqual(ids.map((reservationId) => ({ reservationId, outcome: "not_in_cart" })));
});

test.each<[string, unknown]>([
  ["no ids", { reservationIds: [] }],
  ["101 ids", { reservationIds: Array.from({ length: 101 }, unknownId) }],
  ["what is no uuid", { reservationIds: ["7"] }],
  ["ids that are no list", { reservationIds: unknownId() }],
  ["another shopper's name", { shopperId: unknownId() }],
  ["a list", []],
])("a body with %s is refused", async (_, body) => {
  problemOf(await newGuest().send("POST", VALIDATE, { json: body }), "validation_failed");
});
