import { beforeAll, expect, test } from "vitest";
import { AdjustedSchema, AdminStockSchema, ImportAnswerSchema } from "@/contracts/admin-stock";
import { TimelineSchema } from "@/contracts/admin-timeline";
import { bodyOf, type Guest, newGuest, problemOf } from "../support/api-client.ts";
import { must, stockOf } from "../support/shop.ts";
import { newMember } from "./member.ts";
import { createProduct, unknownId, useShopFloor } from "./shop-floor.ts";
import { signedIn } from "./wishes.ts";

const sql = useShopFloor();
let admin: Guest;

beforeAll(async () => {
  admin = signedIn(await newMember(sql, { isAdmin: true }));
});

const adjust = (body: object) => admin.send("POST", "/api/admin/stock/adjust", { json: body });
const importing = (json: object) => admin.send("POST", "/api/admin/stock/import", { json });
const skuOf = async (variantId: string) => {
  const [row] = await sql<{ sku: string }[]>`select sku from variants where id = ${variantId}`;
  return must(row).sku;
};
const csv = (...rows: string[]) => ["sku,location,on_hand", ...rows].join("\n");

test("an adjustment is refused with the holds in the way, and told so takes the newest back", async () => {
  const { variantId, locationId } = await createProduct(sql, 5);
  const [first, second] = [newGuest(), newGuest()];
  await first.hold(variantId, 2);
  const { reservation } = await second.hold(variantId, 2);
  const wish = { variantId, locationId, delta: -2, reason: "Two broke" };
  const problem = problemOf(await adjust(wish), "units_held");
  expect(problem).toMatchObject({
    missing: 1,
    holds: [{ reservationId: reservation.reservationId, quantity: 2 }],
  });
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 5, reserved: 4 });
  const done = bodyOf(await adjust({ ...wish, releaseNewest: true }), 200, AdjustedSchema);
  expect(done).toMatchObject({ onHand: 3, released: [{ reservationId: reservation.reservationId }] });
  expect((await second.cart()).lapsed).toMatchObject([{ reason: "withdrawn", variantId }]);
  expect((await first.cart()).lines).toHaveLength(1);
});

test("the list has every level, with what is held and what is free", async () => {
  const { variantId } = await createProduct(sql, 5);
  await newGuest().hold(variantId, 2);
  const { levels, locations } = bodyOf(await admin.get("/api/admin/stock"), 200, AdminStockSchema);
  expect(levels.find((level) => level.variantId === variantId)).toMatchObject({
    locationCode: "main",
    onHand: 5,
    reserved: 2,
    available: 3,
  });
  expect(locations.map(({ code }) => code)).toContain("main");
});

test("a count is previewed with its errors by row, and then taken over as a whole", async () => {
  const { variantId } = await createProduct(sql, 5);
  const sku = await skuOf(variantId);
  const bad = { csv: csv(`${sku},main,7`, "no such,main,1", `${sku},nowhere,x`), reason: "Counted" };
  const refused = bodyOf(await importing(bad), 200, ImportAnswerSchema);
  expect(refused.outcome).toBe("refused");
  expect(refused.rows.map(({ line, outcome }) => [line, outcome])).toEqual([
    [2, "changed"],
    [3, "unknown_sku"],
    [4, "unknown_location"],
  ]);
  problemOf(await importing({ ...bad, version: refused.version }), "import_refused");
  const good = { csv: csv(`${sku},main,7`), reason: "Counted" };
  const preview = bodyOf(await importing(good), 200, ImportAnswerSchema);
  expect(preview).toMatchObject({ outcome: "preview", rows: [{ before: 5, after: 7 }] });
  expect((await stockOf(sql, variantId)).on_hand).toBe(5);
  const done = bodyOf(await importing({ ...good, version: preview.version }), 200, ImportAnswerSchema);
  expect(done.outcome).toBe("applied");
  expect((await stockOf(sql, variantId)).on_hand).toBe(7);
  problemOf(await importing({ ...good, version: preview.version }), "stock_changed");
});

test.each([
  ["no names of columns", { csv: "a,b\n1,2\n" }, "csv.1"],
  ["broken quotes", { csv: csv('"a,main,1') }, "csv.2"],
  ["nothing", { csv: "" }, "csv"],
  ["no reason", { reason: "" }, "reason"],
  ["a blank reason", { reason: "   " }, "reason"],
  ["a reason with a zero byte", { reason: "a\0b" }, "reason"],
  ["a version that is none", { version: "latest" }, "version"],
])("an import with %s is refused, and says where", async (_, spoiled, path) => {
  const wish = { csv: csv("a,main,1"), reason: "Counted", ...spoiled };
  expect(problemOf(await importing(wish), "validation_failed").errors).toMatchObject([{ path }]);
});

test.each([
  ["by nothing", { delta: 0 }, "delta"],
  ["by half a unit", { delta: 0.5 }, "delta"],
  ["by a word", { delta: "1" }, "delta"],
  ["beyond counting", { delta: 2_147_483_648 }, "delta"],
  ["without a reason", { reason: "" }, "reason"],
  ["with half a character", { reason: "\ud800" }, "reason"],
  ["of no variant", { variantId: "x" }, "variantId"],
])("an adjustment %s is refused", async (_, spoiled, path) => {
  const wish = { variantId: unknownId(), locationId: unknownId(), delta: 1, reason: "Found", ...spoiled };
  expect(problemOf(await adjust(wish), "validation_failed").errors).toMatchObject([{ path }]);
});

test("the timeline tells what there was at an instant, and who did what around it", async () => {
  const { variantId, locationId } = await createProduct(sql, 1);
  const guest = newGuest();
  const { serverNow } = await guest.hold(variantId, 1);
  bodyOf(await adjust({ variantId, locationId, delta: 2, reason: "A delivery" }), 200, AdjustedSchema);
  const at = async (instant: string) =>
    bodyOf(
      await admin.get(`/api/admin/variants/${variantId}/timeline?${new URLSearchParams({ at: instant })}`),
      200,
      TimelineSchema,
    );
  // The answer of the hold was written before its trail: a moment later it is there.
  const then = await at(new Date(Date.parse(serverNow) + 500).toISOString());
  expect(then.events.map(({ cause }) => cause)).toContain("reserve");
  const now = await at("2100-01-01T00:00:00Z");
  expect(now.levels).toMatchObject([{ onHand: 3, heldUnits: 1, available: 2 }]);
  expect(now.events.at(-1)).toMatchObject({ actor: "admin", cause: "adjust", reason: "A delivery" });
});

test.each(["yesterday", "2026-11-23 14:03", "2026-11-23T14:03:00", "99999-01-01T00:00:00Z", ""])(
  "at=%s is no instant",
  async (at) => {
    const path = `/api/admin/variants/${unknownId()}/timeline?${new URLSearchParams({ at })}`;
    problemOf(await admin.get(path), "validation_failed");
  },
);
