import { beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, expectConsistent, must, newShopper, reserve } from "../support/shop.ts";
import { sqlStateOf } from "./sessions.ts";

const db = useTestDatabase();
let variantId = "";

beforeAll(async () => {
  variantId = await createVariant(db.sql, 1000);
});

const line = (fields: object = {}) => ({ variantId, quantity: 1, ...fields });
const request = (fields: object = {}) => ({ shopperId: newShopper(), lines: [line()], ...fields });
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/** Built late: the variant is there only from beforeAll on. */
const malformed: [string, () => unknown][] = [
  ["no batch", () => null],
  ["an object", () => request()],
  ["a string", () => "requests"],
  ["an empty batch", () => []],
  ["257 requests", () => times(257, request)],
  ["a request that is a number", () => [1]],
  ["a request that is null", () => [null]],
  ["a missing shopper", () => [{ lines: [line()] }]],
  ["a shopper who is null", () => [request({ shopperId: null })]],
  ["a shopper who is no uuid", () => [request({ shopperId: "me" })]],
  ["an unknown mode", () => [request({ mode: "most" })]],
  ["an unknown quantity mode", () => [request({ quantityMode: "remove" })]],
  ["missing lines", () => [{ shopperId: newShopper() }]],
  ["no lines", () => [request({ lines: [] })]],
  ["lines that are an object", () => [request({ lines: line() })]],
  ["101 lines", () => [request({ lines: times(101, line) })]],
  ["a line that is a string", () => [request({ lines: ["x"] })]],
  ["a missing variant", () => [request({ lines: [{ quantity: 1 }] })]],
  ["a variant that is no uuid", () => [request({ lines: [line({ variantId: "shirt" })] })]],
  ["a reservation that is no uuid", () => [request({ lines: [line({ reservationId: "7" })] })]],
  ["a missing quantity", () => [request({ lines: [{ variantId }] })]],
  ...[0, -1, 1.5, 1e9, 1_000_000, "2", null, true, [], {}].map((quantity): [string, () => unknown] => [
    `the quantity ${JSON.stringify(quantity)}`,
    () => [request({ lines: [line({ quantity })] })],
  ]),
];

test.each(malformed)(
  "a batch with %s raises HF001 and changes nothing, whatever else is in it",
  async (_, make) => {
    const batch = make();
    const before = await everything();
    expect(await call(batch)).toBe("HF001");
    // One bad request spoils the batch it came with: nothing of the good one may stay.
    if (Array.isArray(batch) && batch.length === 1) expect(await call([request(), ...batch])).toBe("HF001");
    expect(await everything()).toEqual(before);
  },
);

test("the largest batch and the largest cart that are allowed are answered", async () => {
  expect(await call(times(256, request))).toBe("none");
  expect(await call([request({ lines: times(100, line) })])).toBe("none");
  await expectConsistent(db.sql);
});

test.each([0, -1, null, 1_000_000])("a hold cannot be set to %s units", async (quantity) => {
  const shopperId = newShopper();
  const { reservation } = await reserve(db.sql, shopperId, variantId, 2);
  const before = await everything();
  const id = must(reservation).reservationId;
  expect(await sqlStateOf(db.sql`select set_reservation_quantity(${shopperId}, ${id}, ${quantity})`)).toBe(
    "HF001",
  );
  expect(await everything()).toEqual(before);
});

test.each([0, -1, 10_001, null])("a sweep of %s holds raises HF001", async (limit) => {
  expect(await sqlStateOf(db.sql`select expire_reservations(${limit})`)).toBe("HF001");
});

test("availability of nothing, or of more than a thousand variants, raises HF001", async () => {
  const none: string[] = [];
  for (const ids of [none, times(1001, newShopper)]) {
    expect(await sqlStateOf(db.sql`select get_availability(${ids}::uuid[])`)).toBe("HF001");
  }
});

test("more than a hundred holds are not extended or released in one call, a hundred are", async () => {
  const shopperId = newShopper();
  for (const name of ["extend_reservations", "release_reservations"]) {
    const change = (ids: string[]) =>
      sqlStateOf(db.sql`select ${db.sql(name)}(${shopperId}, ${ids}::uuid[])`);
    const before = await everything();
    expect(await change(times(101, newShopper))).toBe("HF001");
    expect(await everything()).toEqual(before);
    expect(await change(times(100, newShopper))).toBe("none");
  }
});

const call = (batch: unknown) =>
  sqlStateOf(db.sql`select reserve_stock(${batch === null ? null : db.sql.json(batch as never)})`);

/** How much is in every table that the call could have written. */
async function everything() {
  const [row] = await db.sql`select
    (select count(*) from reservations) as reservations, (select count(*) from shoppers) as shoppers,
    (select sum(reserved) from stock_levels) as reserved, (select count(*) from audit_log) as trail,
    (select sum(requests) from reservation_refusals) as refusals`;
  return must(row);
}
