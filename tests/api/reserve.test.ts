import { expect, test } from "vitest";
import { HoldAnswerSchema } from "@/contracts/reservations";
import { bodyOf, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant, must, rowOf, stockOf } from "../support/shop.ts";
import { between, fingerprint, lapse, pin, unknownId, useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();

test("a hold lasts fifteen minutes, counted by the clock that stands beside it", async () => {
  const variantId = await createVariant(sql, 5);
  const { serverNow, outcome, reservation, replacesId } = await newGuest().hold(variantId, 2);
  expect({ outcome, replacesId }).toEqual({ outcome: "held", replacesId: null });
  expect(reservation).toMatchObject({ variantId, quantity: 2, status: "active", durationSeconds: 900 });
  expect(between(serverNow, reservation.expiresAt)).toBe(900_000);
  expect(between(serverNow, reservation.maxExpiresAt)).toBe(9_900_000);
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 5, reserved: 2 });
});

test("a product's own duration goes before the tier's, and the tier's before the store's", async () => {
  const ordinary = await createVariant(sql, 5);
  const short = await createVariant(sql, 5, { holdSeconds: 60 });
  const guest = newGuest();
  await guest.hold(ordinary);
  await sql`update shoppers set tier = 'vip' where id = ${guest.shopperId()}`;
  const another = await createVariant(sql, 5);
  const vip = await guest.hold(another);
  expect(between(vip.serverNow, vip.reservation.expiresAt)).toBe(1_800_000);
  const own = await guest.hold(short);
  expect(between(own.serverNow, own.reservation.expiresAt)).toBe(60_000);
});

test("adding adds to the line, setting sets it, and fewer units change no time", async () => {
  const variantId = await createVariant(sql, 10);
  const guest = newGuest();
  const first = await guest.hold(variantId, 2);
  const added = bodyOf(await guest.reserve(variantId, 3, "add"), 201, HoldAnswerSchema);
  expect(added.reservation).toMatchObject({
    reservationId: first.reservation.reservationId,
    quantity: 5,
  });
  const set = bodyOf(await guest.reserve(variantId, 1, "set"), 201, HoldAnswerSchema);
  expect(set.reservation).toEqual({ ...added.reservation, quantity: 1 });
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 10, reserved: 1 });
});

test("a shortage says how many could be held, changes nothing and names no end where nobody else holds", async () => {
  const variantId = await createVariant(sql, 3);
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId, 2);
  const problem = problemOf(await guest.reserve(variantId, 2), "insufficient_stock");
  expect(problem).toMatchObject({ available: 1, requested: 2, shortfall: 1, nextReleaseAt: null });
  expect((await guest.cart()).lines).toMatchObject([
    { reservationId: reservation.reservationId, quantity: 2 },
  ]);
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 3, reserved: 2 });
});

test("a shortage that others cause says when the first of their holds ends", async () => {
  const variantId = await createVariant(sql, 1);
  const holder = await newGuest().hold(variantId);
  const problem = problemOf(await newGuest().reserve(variantId), "insufficient_stock");
  expect(problem).toMatchObject({ available: 0, requested: 1, shortfall: 1 });
  expect(problem.nextReleaseAt).toBe(holder.reservation.expiresAt);
  expect(problem.serverNow).toBeDefined();
});

test("what a payment pins cannot be announced as coming back", async () => {
  const variantId = await createVariant(sql, 1);
  const { reservation } = await newGuest().hold(variantId);
  await pin(sql, reservation.reservationId);
  const problem = problemOf(await newGuest().reserve(variantId), "insufficient_stock");
  expect(problem.nextReleaseAt).toBeNull();
});

test("a lapsed hold blocks nobody, though no sweep has run", async () => {
  const variantId = await createVariant(sql, 1);
  const { reservation } = await newGuest().hold(variantId);
  await lapse(sql, reservation.reservationId);
  await newGuest().hold(variantId);
  expect(await rowOf(sql, reservation.reservationId)).toMatchObject({ status: "expired" });
});

test("whoever takes their own lapsed units again gets a new hold that names the old one", async () => {
  const variantId = await createVariant(sql, 1);
  const guest = newGuest();
  const old = await guest.hold(variantId);
  await lapse(sql, old.reservation.reservationId);
  const fresh = await guest.hold(variantId);
  expect(fresh.replacesId).toBe(old.reservation.reservationId);
  expect(fresh.reservation.reservationId).not.toBe(old.reservation.reservationId);
});

test("a cap of the shop is named with its value", async () => {
  const variantId = await createVariant(sql, 1_000);
  const problem = problemOf(await newGuest().reserve(variantId, 101), "limit_reached");
  expect(problem).toMatchObject({
    requested: 101,
    shortfall: 1,
    limit: { name: "max_units_per_line", value: 100 },
  });
  expect(await stockOf(sql, variantId)).toMatchObject({ reserved: 0 });
});

test("a variant that does not exist cannot be held", async () => {
  const before = await fingerprint(sql);
  problemOf(await newGuest().reserve(unknownId()), "variant_not_found");
  expect(must(await sql`select count(*)::int as holds from reservations`)).toHaveLength(1);
  expect(await fingerprint(sql)).toEqual(before);
});

test("an id in capitals is the same id", async () => {
  const variantId = await createVariant(sql, 1);
  const { reservation } = await newGuest().hold(variantId.toUpperCase());
  expect(reservation.variantId).toBe(variantId);
});
