import { beforeEach, describe, expect, test } from "vitest";
import { BulkAnswerSchema } from "@/contracts/bulk";
import { type Answer, bodyOf, type Guest, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant, must, rowOf, stockOf } from "../support/shop.ts";
import { age, fingerprint, lapse, pin, unknownId, useShopFloor, useUpItsLife } from "./shop-floor.ts";

const sql = useShopFloor();
const BULK = "/api/stock/reservations/bulk";
let guest: Guest;
let variants: [string, string];

beforeEach(async () => {
  guest = newGuest();
  variants = [await createVariant(sql, 5), await createVariant(sql, 1)];
});

const send = (who: Guest, body: object) => who.send("POST", BULK, { json: body });
const done = (answer: Answer) => bodyOf(answer, 200, BulkAnswerSchema);
const refused = (answer: Answer) => must(problemOf(answer, "bulk_refused").lines);
const outcomes = (lines: readonly { outcome: string }[]) => lines.map(({ outcome }) => outcome);
const wanted = (...quantities: number[]) =>
  quantities.map((quantity, at) => ({ variantId: must(variants[at]), quantity }));
const named = (ids: string[]) => ids.map((reservationId) => ({ reservationId }));

/** Two holds of the guest. */
async function hold(...quantities: number[]): Promise<[string, string]> {
  const answer = done(await send(guest, { operation: "reserve", items: wanted(...quantities) }));
  const ids = answer.lines.map((line) => must("reservation" in line ? line.reservation : null).reservationId);
  return [must(ids[0]), must(ids[1])];
}

describe("reserve", () => {
  test("holds a whole cart, and makes a stranger a guest", async () => {
    const answer = done(await send(guest, { operation: "reserve", items: wanted(2, 1) }));
    expect(answer).toMatchObject({ operation: "reserve", outcome: "done" });
    expect(answer.lines).toMatchObject([
      { variantId: variants[0], outcome: "held", requested: 2, reservation: { quantity: 2 } },
      { variantId: variants[1], outcome: "held", requested: 1, reservation: { quantity: 1 } },
    ]);
    expect((await guest.cart()).totalQuantity).toBe(3);
  });

  test("without a mode holds nothing where one line is short, and the stranger stays one", async () => {
    const lines = refused(await send(guest, { operation: "reserve", items: wanted(2, 2) }));
    expect(lines).toMatchObject([
      { variantId: variants[0], outcome: "not_attempted", reservation: null },
      {
        variantId: variants[1],
        outcome: "insufficient_stock",
        available: 1,
        shortfall: 1,
        reservation: null,
      },
    ]);
    expect(guest.cookie).toBeNull();
    expect(await stockOf(sql, variants[0])).toMatchObject({ reserved: 0 });
  });

  test("partially holds what there is, and says what is missing", async () => {
    const body = { operation: "reserve", mode: "partial", items: wanted(2, 3) };
    const answer = done(await send(guest, body));
    expect(answer.outcome).toBe("partial");
    expect(answer.lines).toMatchObject([
      { outcome: "held", reservation: { quantity: 2 } },
      { outcome: "insufficient_stock", available: 1, shortfall: 2, reservation: { quantity: 1 } },
    ]);
  });

  test("partially of nothing is refused, and the stranger stays one", async () => {
    await newGuest().hold(variants[1]);
    const items = [
      { variantId: variants[1], quantity: 1 },
      { variantId: unknownId(), quantity: 1 },
    ];
    const lines = refused(await send(guest, { operation: "reserve", mode: "partial", items }));
    expect(outcomes(lines)).toEqual(["insufficient_stock", "variant_not_found"]);
    expect(guest.cookie).toBeNull();
  });

  test("takes lines of one variant as their sum", async () => {
    const items = [...wanted(2, 1), ...wanted(3)];
    const { lines } = done(await send(guest, { operation: "reserve", items }));
    expect(lines).toMatchObject([
      { variantId: variants[0], requested: 5, reservation: { quantity: 5 } },
      { variantId: variants[1], requested: 1 },
    ]);
  });

  test("names the cap that is in the way", async () => {
    const variantId = await createVariant(sql, 500);
    const items = [{ variantId, quantity: 101 }];
    expect(refused(await send(guest, { operation: "reserve", items }))).toMatchObject([
      { outcome: "limit_reached", limit: { name: "max_units_per_line", value: 100 } },
    ]);
  });

  test("takes a hundred lines", async () => {
    const items = Array.from({ length: 100 }, () => ({ variantId: unknownId(), quantity: 1 }));
    expect(refused(await send(guest, { operation: "reserve", items }))).toHaveLength(100);
  });
});

describe("extend", () => {
  test("gives every hold more time", async () => {
    const ids = await hold(1, 1);
    for (const id of ids) await age(sql, id, 300);
    const answer = done(await send(guest, { operation: "extend", items: named(ids) }));
    expect(answer).toMatchObject({ operation: "extend", outcome: "done" });
    expect(answer.lines).toMatchObject(ids.map((reservationId) => ({ reservationId, outcome: "extended" })));
  });

  test("as a whole leaves all as they were where one cannot be extended", async () => {
    const ids = await hold(1, 1);
    await useUpItsLife(sql, ids[1]);
    const before = await fingerprint(sql);
    const lines = refused(await send(guest, { operation: "extend", items: named(ids) }));
    expect(outcomes(lines)).toEqual(["not_attempted", "extension_limit"]);
    expect(await fingerprint(sql)).toEqual(before);
  });

  test("partially says of every line what became of it", async () => {
    const ids = await hold(1, 1);
    await lapse(sql, ids[0]);
    await lapse(sql, ids[1]);
    await newGuest().hold(variants[1]);
    const stranger = (await newGuest().hold(variants[0])).reservation.reservationId;
    const items = named([...ids, stranger, unknownId()]);
    const answer = done(await send(guest, { operation: "extend", mode: "partial", items }));
    expect(answer.outcome).toBe("partial");
    expect(answer.lines).toMatchObject([
      { reservationId: ids[0], outcome: "held_again", replacesId: ids[0] },
      { reservationId: ids[1], outcome: "hold_expired", available: 0, shortfall: 1, reservation: null },
      { reservationId: stranger, outcome: "reservation_not_found" },
      { outcome: "reservation_not_found" },
    ]);
  });

  test("partially of nothing is refused", async () => {
    const ids = await hold(1, 1);
    await guest.release("all=true");
    const lines = refused(await send(guest, { operation: "extend", mode: "partial", items: named(ids) }));
    expect(outcomes(lines)).toEqual(["reservation_ended", "reservation_ended"]);
  });
});

describe("release", () => {
  test("gives every hold back, and repeating it is fine", async () => {
    const ids = await hold(1, 1);
    const body = { operation: "release", items: named(ids.map((id) => id.toUpperCase())) };
    expect(done(await send(guest, body))).toMatchObject({
      outcome: "done",
      lines: ids.map((reservationId) => ({ reservationId, outcome: "released" })),
    });
    expect(outcomes(done(await send(guest, body)).lines)).toEqual(["not_held", "not_held"]);
    expect((await guest.cart()).lines).toEqual([]);
  });

  test("as a whole leaves all as they were while one is being paid", async () => {
    const ids = await hold(1, 1);
    await pin(sql, ids[1]);
    const before = await fingerprint(sql);
    const lines = refused(await send(guest, { operation: "release", items: named(ids) }));
    expect(outcomes(lines)).toEqual(["not_attempted", "payment_open"]);
    expect(await fingerprint(sql)).toEqual(before);
  });

  test("partially leaves the one that is being paid", async () => {
    const ids = await hold(1, 1);
    await pin(sql, ids[1]);
    const body = { operation: "release", mode: "partial", items: named(ids) };
    const answer = done(await send(guest, body));
    expect(answer.outcome).toBe("partial");
    expect(outcomes(answer.lines)).toEqual(["released", "payment_open"]);
    expect((await rowOf(sql, ids[1])).status).toBe("paying");
    expect(outcomes(refused(await send(guest, { ...body, items: named([ids[1]]) })))).toEqual([
      "payment_open",
    ]);
  });
});

test.each(["extend", "release"])(
  "%s with another's or a stranger's ids changes nothing",
  async (operation) => {
    const ids = await hold(1, 1);
    const other = newGuest();
    await other.hold(variants[0]);
    const before = await fingerprint(sql);
    for (const intruder of [other, newGuest()]) {
      const answer = await send(intruder, { operation, items: named(ids) });
      const lines = operation === "extend" ? refused(answer) : done(answer).lines;
      const outcome = operation === "extend" ? "reservation_not_found" : "not_held";
      expect(outcomes(lines)).toEqual([outcome, outcome]);
    }
    expect(await fingerprint(sql)).toEqual(before);
  },
);

describe("refused by its contract, changing nothing:", () => {
  const line = () => ({ variantId: variants[0], quantity: 1 });
  const many = (count: number, make: () => object) => Array.from({ length: count }, make);
  test.each<[string, () => unknown]>([
    ["no operation", () => ({ items: [line()] })],
    ["an unknown operation", () => ({ operation: "confirm", items: [line()] })],
    ["an unknown mode", () => ({ operation: "reserve", mode: "most", items: [line()] })],
    ["no items", () => ({ operation: "reserve", items: [] })],
    ["101 items", () => ({ operation: "reserve", items: many(101, line) })],
    ["101 ids", () => ({ operation: "release", items: many(101, () => ({ reservationId: unknownId() })) })],
    ["items that are no list", () => ({ operation: "reserve", items: line() })],
    ["an id where units are wanted", () => ({ operation: "reserve", items: named([unknownId()]) })],
    ["units where an id is wanted", () => ({ operation: "extend", items: [line()] })],
    ["the quantity 0", () => ({ operation: "reserve", items: [{ ...line(), quantity: 0 }] })],
    ["another shopper's name", () => ({ operation: "reserve", items: [line()], shopperId: unknownId() })],
    [
      "a field that nobody knows in a line",
      () => ({ operation: "reserve", items: [{ ...line(), price: 0 }] }),
    ],
  ])("%s", async (_, make) => {
    const before = await fingerprint(sql);
    problemOf(await guest.send("POST", BULK, { json: make() }), "validation_failed");
    expect(guest.cookie).toBeNull();
    expect(await fingerprint(sql)).toEqual(before);
  });
});
