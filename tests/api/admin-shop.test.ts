import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { RepairSchema, SweepsSchema } from "@/contracts/admin-housekeeping";
import { OverviewSchema } from "@/contracts/admin-overview";
import { AdminHoldAnswerSchema, AdminHoldsSchema, AdminReleasedSchema } from "@/contracts/admin-reservations";
import { SettingsAnswerSchema } from "@/contracts/admin-settings";
import { CleanupAnswerSchema } from "@/contracts/cleanup";
import { bodyOf, type Guest, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { storeUrl } from "../support/store.ts";
import { type Member, newMember } from "./member.ts";
import { giveBackAll, lapse, unknownId, useShopFloor } from "./shop-floor.ts";
import { signedIn } from "./wishes.ts";

const sql = useShopFloor();
let member: Member;
let admin: Guest;

beforeAll(async () => {
  member = await newMember(sql, { isAdmin: true });
  admin = signedIn(member);
});

test("a hold is found by its shopper, taken back, and tells who did it and why; its shopper is told", async () => {
  const variantId = await createVariant(sql, 3);
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId, 2);
  const id = reservation.reservationId;
  const query = new URLSearchParams({ shopperId: guest.shopperId(), state: "active", variantId });
  const list = bodyOf(await admin.get(`/api/admin/reservations?${query}`), 200, AdminHoldsSchema);
  expect(list).toMatchObject({ reservations: [{ reservationId: id, quantity: 2 }], next: null });
  const json = { reason: "Needed for the window" };
  const done = await admin.send("POST", `/api/admin/reservations/${id}/release`, { json });
  expect(bodyOf(done, 200, AdminReleasedSchema).reservation).toMatchObject({
    state: "released",
    isWithdrawn: true,
  });
  const { timeline } = bodyOf(await admin.get(`/api/admin/reservations/${id}`), 200, AdminHoldAnswerSchema);
  expect(timeline.at(-1)).toMatchObject({ actor: "admin", adminId: member.id, reason: json.reason });
  expect((await guest.cart()).lapsed).toMatchObject([{ reservationId: id, reason: "withdrawn" }]);
});

test("a page of holds ends where the next begins", async () => {
  const variantId = await createVariant(sql, 60);
  for (let i = 0; i < 51; i++) await newGuest().hold(variantId);
  const page = async (before = "") =>
    bodyOf(await admin.get(`/api/admin/reservations?variantId=${variantId}${before}`), 200, AdminHoldsSchema);
  const first = await page();
  const second = await page(`&before=${first.next}`);
  expect([first.reservations.length, second.reservations.length, second.next]).toEqual([50, 1, null]);
  const ids = [...first.reservations, ...second.reservations].map(({ reservationId }) => reservationId);
  expect(new Set(ids).size).toBe(51);
});

test.each([
  "state=gone",
  "state=",
  "shopperId=1",
  "variantId=x",
  "before=now",
  "page=2",
  "state=active&state=paying",
])("holds by %s are refused", async (query) => {
  problemOf(await admin.get(`/api/admin/reservations?${query}`), "validation_failed");
});

test.each([
  {},
  { reason: "" },
  { reason: "  " },
  { reason: 1 },
  { reason: "x".repeat(301) },
  { reason: "a\nb" },
])("%j is no reason to take a hold back", async (json) => {
  const answer = await admin.send("POST", `/api/admin/reservations/${unknownId()}/release`, { json });
  problemOf(answer, "validation_failed");
});

test("the overview follows holds and refusals", async () => {
  const read = async () => bodyOf(await admin.get("/api/admin/overview"), 200, OverviewSchema);
  await giveBackAll(sql);
  const before = await read();
  const variantId = await createVariant(sql, 2);
  await newGuest().hold(variantId, 2);
  problemOf(await newGuest().reserve(variantId), "insufficient_stock");
  const after = await read();
  expect(after.live.activeHolds).toBe(before.live.activeHolds + 1);
  expect(after.live.activeUnits).toBe(before.live.activeUnits + 2);
  expect(after.series.reduce((sum, { made }) => sum + made, 0)).toBe(after.made);
  expect(after.products.reduce((sum, { refusedUnits }) => sum + refusedUnits, 0)).toBe(
    before.products.reduce((sum, { refusedUnits }) => sum + refusedUnits, 0) + 1,
  );
});

test("a sweep that was run is the first of the list", async () => {
  const { reservation } = await newGuest().hold(await createVariant(sql, 2), 2);
  await lapse(sql, reservation.reservationId);
  const swept = await admin.send("POST", "/api/stock/reservations/cleanup");
  expect(bodyOf(swept, 200, CleanupAnswerSchema).expired).toBeGreaterThan(0);
  const { runs } = bodyOf(await admin.get("/api/admin/sweeps"), 200, SweepsSchema);
  expect(runs[0]?.expired).toBeGreaterThan(0);
  for (const before of ["0", "-1", "x", "1.5", "9".repeat(16)]) {
    problemOf(await admin.get(`/api/admin/sweeps?before=${before}`), "validation_failed");
  }
});

test("a dry run is told from a repair, and a word is neither", async () => {
  const repair = (json: object) => admin.send("POST", "/api/admin/consistency", { json });
  expect(bodyOf(await repair({ dryRun: true }), 200, RepairSchema)).toMatchObject({
    dryRun: true,
    findings: [],
  });
  for (const json of [{}, { dryRun: "false" }, { dryRun: null }, { dryRun: false, force: true }]) {
    problemOf(await repair(json), "validation_failed");
  }
});

describe("the settings", () => {
  const save = (json: object) => admin.send("PUT", "/api/admin/settings", { json });
  afterEach(async () => {
    bodyOf(await save({ lowStockAt: 5, holdSeconds: 900 }), 200, SettingsAnswerSchema);
  });

  test("are read, changed one by one, and apply to the next hold alone", async () => {
    const variantId = await createVariant(sql, 9);
    const early = await newGuest().hold(variantId);
    const { settings: before } = bodyOf(await admin.get("/api/admin/settings"), 200, SettingsAnswerSchema);
    const { settings } = bodyOf(await save({ holdSeconds: 120 }), 200, SettingsAnswerSchema);
    expect(settings).toEqual({ ...before, holdSeconds: 120 });
    const late = await newGuest().hold(variantId);
    expect([early, late].map(({ reservation }) => reservation.durationSeconds)).toEqual([900, 120]);
  });

  test.each([
    {},
    { holdSeconds: 0 },
    { holdSeconds: "900" },
    { holdSeconds: null },
    { trailKeptDays: 1 },
    { nobodyKnows: 1 },
    { shopCurrency: "USD" },
  ])("refuse %j", async (json) => {
    problemOf(await save(json), "validation_failed");
  });
});

describe("an admin page", () => {
  const pages = ["", "/reservations", "/products", "/products/new", "/stock", "/stock/import", "/timeline"];
  const all = [...pages, "/sweep", "/consistency", "/settings", `/products/${unknownId()}`];
  const open = (path: string, cookie = "") =>
    fetch(`${storeUrl()}/admin${path}`, { redirect: "manual", headers: { cookie } });

  test.each(all)("%s sends a stranger to sign in, and tells a user that there is nothing", async (path) => {
    const away = await open(path);
    expect(away.status).toBe(307);
    expect(away.headers.get("location")).toBe(`/sign-in?${new URLSearchParams({ next: `/admin${path}` })}`);
    const refused = await open(path, (await newMember(sql)).cookie);
    expect(refused.status).toBe(404);
    const text = await refused.text();
    expect(text).toContain("Nothing for you here");
    expect(text).not.toContain('aria-label="Admin"');
  });

  test.each([...pages, "/sweep", "/consistency", "/settings"])("%s opens to an admin", async (path) => {
    const opened = await open(path, member.cookie);
    expect(opened.status).toBe(200);
    expect(opened.headers.get("cache-control")).toMatch(/no-store/);
  });

  test.each([`/products/${unknownId()}`, "/reservations/x", `/reservations/${unknownId()}`, "/stock/x/y"])(
    "%s that is not there is a 404 to an admin too",
    async (path) => {
      expect((await open(path, member.cookie)).status).toBe(404);
    },
  );
});
