import { expect, test, vi } from "vitest";
import { type Availability, AvailabilityListSchema } from "@/contracts/catalogue";
import { bodyOf, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant, must } from "../support/shop.ts";
import { lapse, pin, unknownId, useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();
const anyone = newGuest();
const ask = (ids: string) => anyone.get(`/api/stock/availability?variantIds=${ids}`);

async function stateOf(variantId: string): Promise<Availability> {
  const { availability } = bodyOf(await ask(variantId), 200, AvailabilityListSchema);
  expect(availability).toHaveLength(1);
  return must(availability[0]);
}

/** Readers share an answer for a second, so a change is waited for and not timed. */
const soon = (variantId: string, wanted: Partial<Availability>) =>
  vi.waitFor(async () => expect(await stateOf(variantId)).toMatchObject(wanted), {
    timeout: 10_000,
    interval: 100,
  });

test.each([
  [0, { state: "sold_out", available: 0, atLeast: false }],
  [1, { state: "low_stock", available: 1, atLeast: false }],
  [5, { state: "low_stock", available: 5, atLeast: false }],
  [6, { state: "in_stock", available: 6, atLeast: false }],
  [19, { state: "in_stock", available: 19, atLeast: false }],
  [20, { state: "in_stock", available: 20, atLeast: true }],
  [5_000, { state: "in_stock", available: 20, atLeast: true }],
])("of %i units nobody learns more than they need", async (onHand, wanted) => {
  const variantId = await createVariant(sql, onHand);
  expect(await stateOf(variantId)).toEqual({ variantId, ...wanted, nextReleaseAt: null });
});

test("what others hold is held, not sold out, and says when the first hold ends", async () => {
  const variantId = await createVariant(sql, 3);
  const first = await newGuest().hold(variantId, 1);
  await newGuest().hold(variantId, 2);
  const { expiresAt } = first.reservation;
  await soon(variantId, { state: "held", available: 0, atLeast: false, nextReleaseAt: expiresAt });
});

test("a hold, its release and its lapse are seen within the second that readers share", async () => {
  const variantId = await createVariant(sql, 1);
  expect(await stateOf(variantId)).toMatchObject({ state: "low_stock", available: 1 });
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId);
  await soon(variantId, { state: "held", available: 0 });
  await guest.release(`reservationId=${reservation.reservationId}`);
  await soon(variantId, { state: "low_stock", available: 1 });
  const again = await guest.hold(variantId);
  await soon(variantId, { state: "held", available: 0 });
  await lapse(sql, again.reservation.reservationId);
  await soon(variantId, { state: "low_stock", available: 1 });
});

test("what is being paid is held without an end that could be promised", async () => {
  const variantId = await createVariant(sql, 1);
  const { reservation } = await newGuest().hold(variantId);
  await pin(sql, reservation.reservationId);
  await soon(variantId, { state: "held", available: 0, nextReleaseAt: null });
});

test("safety stock is not offered", async () => {
  const variantId = await createVariant(sql, 5, { safetyStock: 3 });
  expect(await stateOf(variantId)).toMatchObject({ state: "low_stock", available: 2 });
});

test("unknown and unpublished ids are left out, an id that is asked for twice answers once", async () => {
  const known = await createVariant(sql, 1);
  const hidden = await createVariant(sql, 1, { published: false });
  const ids = [unknownId(), known, hidden, known, known.toUpperCase()].join(",");
  const { availability } = bodyOf(await ask(ids), 200, AvailabilityListSchema);
  expect(availability.map(({ variantId }) => variantId)).toEqual([known]);
  expect(bodyOf(await ask(unknownId()), 200, AvailabilityListSchema).availability).toEqual([]);
});

test("a hundred ids are answered", async () => {
  const known = await createVariant(sql, 1);
  const ids = [known, ...Array.from({ length: 99 }, unknownId)].join(",");
  expect(bodyOf(await ask(ids), 200, AvailabilityListSchema).availability).toHaveLength(1);
});

test.each([
  ["no ids", () => "/api/stock/availability"],
  ["an empty list", () => "/api/stock/availability?variantIds="],
  ["only commas", () => "/api/stock/availability?variantIds=,,,"],
  ["101 ids", () => `/api/stock/availability?variantIds=${Array.from({ length: 101 }, unknownId).join(",")}`],
  ["what is no uuid", () => "/api/stock/availability?variantIds=shirt"],
  ["a good id and a bad one", () => `/api/stock/availability?variantIds=${unknownId()},7`],
  [
    "the parameter twice",
    () => `/api/stock/availability?variantIds=${unknownId()}&variantIds=${unknownId()}`,
  ],
])("%s is refused with the place of the fault", async (_, path) => {
  const { errors } = problemOf(await anyone.get(path()), "validation_failed");
  expect(must(errors?.[0]).path).toMatch(/^variantIds/);
});
