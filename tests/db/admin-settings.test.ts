import { afterEach, describe, expect, test } from "vitest";
import { SETTING_BOUNDS, type SettingName, SettingsSchema } from "@/contracts/admin-settings";
import { paid, pinCart, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import {
  asSuperuser,
  createVariant,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  reserve,
  stockOf,
  sweep,
} from "../support/shop.ts";
import { adminId, adminTrail, saveSettings } from "./admin-calls.ts";
import { sqlStateOf } from "./sessions.ts";

const db = useTestDatabase();
const columnOf = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const defaults = { holdSeconds: 900, lowStockAt: 5, maxUnitsPerLine: 100 };
afterEach(() => saveSettings(db.sql, defaults));

describe("every setting", () => {
  test("of the table is one of the contract, and the other way round", async () => {
    const columns = await db.sql<{ name: string }[]>`
      select attname as name from pg_attribute
      where attrelid = 'store_settings'::regclass and attnum > 0 and not attisdropped and attname not in ('is_only_row', 'shop_currency')`;
    expect(columns.map(({ name }) => name).toSorted()).toEqual(
      Object.keys(SettingsSchema.shape).map(columnOf).toSorted(),
    );
  });

  test.each(Object.keys(SettingsSchema.shape))(
    "%s is saved in its own column, from its least to its most",
    async (name) => {
      const { min, max, required } = SETTING_BOUNDS[name as SettingName];
      const [before] = await db.sql<Record<string, number>[]>`select * from store_settings`;
      for (const value of [...(required ? [] : [null]), min, max]) {
        const { settings } = await saveSettings(db.sql, { [name]: value });
        expect(settings[name]).toBe(value);
        const [row] = await db.sql<Record<string, number>[]>`select * from store_settings`;
        expect(row).toEqual({ ...before, [columnOf(name)]: value });
      }
      expect(await sqlStateOf(saveSettings(db.sql, { [name]: min - 1 }))).toBe("23514");
      if (required) expect(await sqlStateOf(saveSettings(db.sql, { [name]: null }))).toBe("23502");
      await saveSettings(db.sql, { [name]: must(before)[columnOf(name)] });
    },
  );
});

test("a hold keeps what applied when it was made", async () => {
  const variantId = await createVariant(db.sql, 5);
  const early = await hold(db.sql, newShopper(), variantId);
  await saveSettings(db.sql, { holdSeconds: 60 });
  const late = await hold(db.sql, newShopper(), variantId);
  expect([early.durationSeconds, late.durationSeconds]).toEqual([900, 60]);
  expect((await adminTrail(db.sql)).at(-1)).toMatchObject({
    adminId,
    entity: "settings",
    before: { hold_seconds: 900 },
    after: { hold_seconds: 60 },
  });
});

test("a name that is none, or nobody's change, is a bug of the caller", async () => {
  expect(await sqlStateOf(saveSettings(db.sql, { holdSecond: 1 }))).toBe("HF001");
  expect(await sqlStateOf(db.sql`select admin_save_settings('{}', null)`)).toBe("HF001");
  expect(await sqlStateOf(db.sql`select admin_save_settings('[]', ${adminId})`)).toBe("HF001");
  expect(await sqlStateOf(db.sql`select admin_save_settings(null, ${adminId})`)).toBe("HF001");
});

test("runs of the sweep are listed, the last one first, each on one page", async () => {
  await letTimePass(db, 901);
  while ((await sweep(db.sql)).expired > 0);
  await asSuperuser(db, (tx) => tx`delete from sweep_runs`);
  await hold(db.sql, newShopper(), await createVariant(db.sql, 5), 2);
  await letTimePass(db, 901);
  await sweep(db.sql);
  for (let i = 0; i < 4; i++) await sweep(db.sql);
  type Page = { runs: { id: number; expired: number; units: number }[]; next: number | null };
  const page = async (before: number | null, limit = 2) => {
    const [row] = await db.sql<{ answer: Page }[]>`select admin_sweep_runs(${before}, ${limit}) as answer`;
    return must(row).answer;
  };
  const seen = [];
  for (let before: number | null = null, turn = 0; turn < 3; turn++) {
    const { runs, next } = await page(before);
    seen.push(...runs);
    before = next;
    expect(next === null).toBe(turn === 2);
  }
  expect(seen.map(({ id }) => id)).toEqual(seen.map(({ id }) => id).toSorted((a, b) => b - a));
  expect(seen).toHaveLength(5);
  expect(seen.at(-1)).toMatchObject({ expired: 1, units: 2 });
  expect(await sqlStateOf(page(null, 0))).toBe("HF001");
  expect(await sqlStateOf(page(null, 201))).toBe("HF001");
});

test("a repair that an admin asked for has their name; a dry run leaves none", async () => {
  const variantId = await createVariant(db.sql, 5);
  await asSuperuser(db, (tx) => tx`update stock_levels set reserved = 2 where variant_id = ${variantId}`);
  const repair = async (isDryRun: boolean | null, admin: string | null = adminId) => {
    const [row] = await db.sql<{ answer: { findings: object[] } }[]>`
      select admin_repair_stock(${isDryRun}, ${admin}) as answer`;
    return must(row).answer.findings;
  };
  const named = async () => (await adminTrail(db.sql)).filter(({ cause }) => cause === "repair");
  expect(await repair(true)).toMatchObject([{ kind: "reserved_drift", repaired: false }]);
  expect(await named()).toEqual([]);
  expect(await sqlStateOf(repair(false, null))).toBe("HF001");
  expect(await sqlStateOf(repair(null))).toBe("HF001");
  expect(await repair(false)).toMatchObject([{ kind: "reserved_drift", repaired: true }]);
  expect((await stockOf(db.sql, variantId)).reserved).toBe(0);
  expect(await named()).toMatchObject([{ adminId, entity: "stock" }]);
  expect(await repair(false)).toEqual([]);
  expect(await named()).toHaveLength(1);
});

test("the overview counts what is live, what came of the rest, and what was refused or blocked, by product", async () => {
  type Overview = {
    made: number;
    conversion: number | null;
    live: Record<string, number>;
    unit: string;
    series: { made: number; confirmed: number; released: number; expired: number }[];
    products: { name: string; refusedUnits: number; refusedRequests: number; blockedUnitHours: number }[];
  };
  const read = async (hours: number) => {
    const [row] = await db.sql<{ answer: Overview }[]>`select admin_overview(${hours}) as answer`;
    return must(row).answer;
  };
  await asSuperuser(db, (tx) => tx`delete from reservations`);
  await asSuperuser(db, (tx) => tx`update stock_levels set reserved = 0`);
  expect(await read(1)).toMatchObject({ made: 0, conversion: null, products: [] });
  const variantId = await createVariant(db.sql, 10);
  const other = await createVariant(db.sql, 10);
  const [giver, lapser, buyer] = [newShopper(), newShopper(), newShopper()];
  await hold(db.sql, giver, variantId, 4);
  await hold(db.sql, lapser, other, 2);
  await letTimePass(db, 1800);
  await hold(db.sql, giver, variantId, 3);
  await release(db.sql, giver);
  await hold(db.sql, buyer, variantId, 1);
  const payment = await pinCart(db.sql, buyer);
  await hold(db.sql, newShopper(), other, 5);
  await reserve(db.sql, newShopper(), variantId, 50);
  const live = await read(24);
  expect(live).toMatchObject({
    made: 5,
    conversion: 0,
    live: { activeHolds: 1, activeUnits: 5, payingHolds: 1, payingUnits: 1 },
    unit: "hour",
  });
  // Two units for a quarter of an hour, until its time was over; the other product's four as long.
  const blocked = live.products
    .map(({ blockedUnitHours: hours }) => Math.round(hours * 100) / 100)
    .toSorted();
  expect(blocked).toEqual([0.5, 1]);
  expect(live.products.map((product) => product.refusedUnits).toSorted((a, b) => a - b)).toEqual([0, 41]);
  await settle(db.sql, payment.paymentId, paid(payment));
  expect((await read(24)).conversion).toBe(0.25);
  const total = (await read(24)).series.reduce((sum, { made }) => sum + made, 0);
  expect(total).toBe(5);
  expect((await read(24)).series).toHaveLength(25);
  expect(await read(720)).toMatchObject({ unit: "day" });
  for (const hours of [0, 721]) expect(await sqlStateOf(read(hours))).toBe("HF001");
});
