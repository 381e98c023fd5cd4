import { beforeAll, beforeEach, expect, test } from "vitest";
import { ConsistencySchema, StatisticsSchema, StockHealthSchema } from "@/contracts/admin";
import { bodyOf, type Guest, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { newMember } from "./member.ts";
import { giveBackAll, lapse, useShopFloor } from "./shop-floor.ts";
import { signedIn } from "./wishes.ts";

const sql = useShopFloor();
let admin: Guest;

beforeAll(async () => {
  admin = signedIn(await newMember(sql, { isAdmin: true }));
});

beforeEach(() => giveBackAll(sql));

const statistics = async (query = "") =>
  bodyOf(await admin.get(`/api/admin/statistics${query}`), 200, StatisticsSchema);
const health = async () => bodyOf(await admin.get("/api/admin/stock-health"), 200, StockHealthSchema);
const findings = async () =>
  bodyOf(await admin.get("/api/admin/consistency"), 200, ConsistencySchema).findings;

test("the statistics follow the holds and the refusals", async () => {
  const before = await statistics();
  const variantId = await createVariant(sql, 3);
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId, 2);
  await newGuest().hold(variantId, 1);
  problemOf(await newGuest().reserve(variantId), "insufficient_stock");
  await guest.release(`reservationId=${reservation.reservationId}`);
  const after = await statistics("?hours=24");
  expect(after.made).toBe(before.made + 2);
  expect(after.released).toBe(before.released + 1);
  expect(after.active).toBe(before.active + 1);
  const short = (of: typeof after) => of.refusals.insufficient_stock?.requests ?? 0;
  expect(short(after)).toBe(short(before) + 1);
});

test("the period is as long as was asked for", async () => {
  const hours = async (query: string) => {
    const { serverNow, since } = await statistics(query);
    return (Date.parse(serverNow) - Date.parse(since)) / 3_600_000;
  };
  expect(await hours("")).toBe(24);
  expect(await hours("?hours=1")).toBe(1);
  expect(await hours("?hours=720")).toBe(720);
});

test.each(["0", "-1", "721", "1.5", "1e2", "024", " 24", "", "many", "24&hours=1", "24&x=1"])(
  "hours=%s is refused",
  async (hours) => {
    problemOf(await admin.get(`/api/admin/statistics?hours=${hours}`), "validation_failed");
  },
);

test("the health counts levels and what the sweep has left", async () => {
  const before = await health();
  const { reservation } = await newGuest().hold(await createVariant(sql, 3));
  await createVariant(sql, 0);
  await lapse(sql, reservation.reservationId);
  const after = await health();
  expect(after.levels).toBe(before.levels + 2);
  expect(after.soldOut).toBe(before.soldOut + 1);
  expect(after.lapsedHolds).toBe(before.lapsedHolds + 1);
  expect(after.oldestLapsedSeconds).toBeGreaterThanOrEqual(0);
});

test("a drift that somebody caused is found, and nothing is mended", async () => {
  expect(await findings()).toEqual([]);
  const [guest, other] = [newGuest(), newGuest()];
  const variantId = await createVariant(sql, 3);
  const { reservation } = await guest.hold(variantId);
  await other.hold(variantId);
  await sql`update shoppers set merged_into = ${other.shopperId()} where id = ${guest.shopperId()}`;
  for (const _ of ["once", "twice"]) {
    expect(await findings()).toMatchObject([
      { kind: "hold_of_merged_shopper", variantId, reservationId: reservation.reservationId },
    ]);
  }
  await sql`update shoppers set merged_into = null where id = ${guest.shopperId()}`;
});
