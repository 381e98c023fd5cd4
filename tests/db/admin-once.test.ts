import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { buy } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { forOther, type Keyed, newKey } from "../support/keys.ts";
import { createVariant, hold, must, newShopper, stockOf } from "../support/shop.ts";
import { adminId } from "./admin-calls.ts";
import { inCrowd, openCrowd } from "./crowd.ts";

const db = useTestDatabase();
let variantId = "";
let adjustment: Record<string, unknown>;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 10);
  const [row] = await db.sql<{ id: string }[]>`
    select location_id as id from stock_levels where variant_id = ${variantId}`;
  adjustment = {
    p_variant_id: variantId,
    p_location_id: must(row).id,
    p_delta: 3,
    p_reason: "Found",
    p_release_newest: false,
  };
});

type Answer = Record<string, unknown> & { outcome?: string; serverNow: string };
async function once(
  change: string,
  args: object,
  key: Partial<Keyed>,
  { sql = db.sql, admin = adminId } = {},
) {
  const { idempotencyKey = null, bodyHash = null } = key;
  const [row] = await sql<{ answer: Answer }[]>`
    select admin_once(${change}, ${sql.json(args as never)}, ${admin}, ${idempotencyKey}, ${bodyHash}) as answer`;
  return must(row).answer;
}
const adjust = (key: Keyed, more: Parameters<typeof once>[3] = {}, delta = 3) =>
  once("admin_adjust_stock", { ...adjustment, p_delta: delta }, key, more);
const onHand = async () => (await stockOf(db.sql, variantId)).on_hand;
const kept = async () => {
  const [row] = await db.sql<{ count: number }[]>`select count(*)::int from idempotency_keys`;
  return must(row).count;
};

describe("a key", () => {
  test("is answered again with a fresh clock, and done once, with one row in each trail", async () => {
    const key = newKey();
    const { serverNow, ...first } = await adjust(key);
    expect(first).toEqual({ outcome: "adjusted", onHand: 13, released: [] });
    await adjust(newKey());
    const again = await adjust(key);
    expect(again).toMatchObject(first);
    expect(Date.parse(again.serverNow)).toBeGreaterThan(Date.parse(serverNow));
    expect(await onHand()).toBe(16);
    const rows = await db.sql`select 1 from admin_trail where entity_id = ${variantId} and cause = 'adjust'`;
    expect(rows).toHaveLength(2);
  });

  test("of another body changes nothing", async () => {
    const key = newKey();
    await adjust(key);
    expect(await adjust(forOther(key), {}, 5)).toMatchObject({ outcome: "idempotency_mismatch" });
    expect(await onHand()).toBe(13);
  });

  test("of two admins are two", async () => {
    const key = newKey();
    await adjust(key);
    await adjust(key, { admin: randomUUID() });
    expect(await onHand()).toBe(16);
  });

  test("goes with the effect that is rolled back", async () => {
    const key = newKey();
    await expect(
      db.sql.begin(async (tx) => {
        await adjust(key, { sql: tx as never });
        throw new Error("the connection got lost");
      }),
    ).rejects.toThrow("lost");
    expect(await onHand()).toBe(10);
    expect(await adjust(key)).toMatchObject({ outcome: "adjusted" });
    expect(await onHand()).toBe(13);
  });

  test("is forgotten after 24 hours", async () => {
    const key = newKey();
    await adjust(key);
    await db.sql`update idempotency_keys set created_at = created_at - interval '24 hours'`;
    await adjust(key);
    expect(await onHand()).toBe(16);
  });

  test("that 50 send at once is done once", async () => {
    const crowd = await openCrowd(db, 50);
    try {
      const key = newKey();
      const answers = await inCrowd(crowd, crowd, (sql) => adjust(key, { sql }));
      expect(new Set(answers.map(({ result }) => result.onHand))).toEqual(new Set([13]));
      expect(await onHand()).toBe(13);
    } finally {
      await Promise.all(crowd.map((sql) => sql.end()));
    }
  });
});

describe("nothing is kept", () => {
  test("of a refusal, which may be no refusal later", async () => {
    const key = newKey();
    const before = await kept();
    expect(await adjust(key, {}, -11)).toMatchObject({ outcome: "below_zero" });
    expect(await kept()).toBe(before);
    await adjust(newKey());
    expect(await adjust(key, {}, -11)).toMatchObject({ outcome: "adjusted", onHand: 2 });
  });

  test("of a refusal that is called as another change is when it was done", async () => {
    const shopperId = newShopper();
    await hold(db.sql, shopperId, variantId);
    const { orderId } = await buy(db.sql, shopperId);
    await once("mark_shipped", { p_order_id: orderId, p_tracking: "AN 1" }, newKey());
    const before = await kept();
    const cancel = { p_order_id: orderId, p_restock: true };
    expect(await once("cancel_order", cancel, newKey())).toMatchObject({ outcome: "shipped" });
    expect(await kept()).toBe(before);
  });

  test("of a preview and of a dry run", async () => {
    const before = await kept();
    const rows = [{ line: 2, sku: "NONE", location: "main", onHand: 1 }];
    const preview = await once("admin_import_stock", { p_rows: rows, p_reason: "Counted" }, newKey());
    expect(preview).toMatchObject({ outcome: "refused" });
    expect(await once("admin_repair_stock", { p_dry_run: true }, newKey())).toMatchObject({ dryRun: true });
    expect(await kept()).toBe(before);
  });

  test("of whose order it is", async () => {
    const shopperId = newShopper();
    await hold(db.sql, shopperId, variantId);
    const { orderId } = await buy(db.sql, shopperId);
    const key = newKey();
    const answer = await once("mark_shipped", { p_order_id: orderId, p_tracking: "AN 1" }, key);
    expect(answer).toMatchObject({ outcome: "shipped", order: { tracking: "AN 1" } });
    const [row] = await db.sql<{ answer: object }[]>`
      select answer from idempotency_keys where key = ${key.idempotencyKey}`;
    expect(must(row).answer).toEqual({ outcome: "shipped" });
    expect(await once("mark_shipped", { p_order_id: orderId, p_tracking: "AN 1" }, key)).toMatchObject({
      outcome: "shipped",
    });
  });
});

describe("HF001", () => {
  test.each<[string, () => Promise<unknown>]>([
    ["for another function", () => once("erase_user", adjustment, newKey())],
    ["without a key", () => once("admin_adjust_stock", adjustment, {})],
    [
      "without the hash",
      () => once("admin_adjust_stock", adjustment, { idempotencyKey: newKey().idempotencyKey }),
    ],
    ["without an admin", () => once("admin_adjust_stock", adjustment, newKey(), { admin: null as never })],
  ])("%s", async (_, ask) => {
    await expect(ask()).rejects.toMatchObject({ code: "HF001" });
    expect(await onHand()).toBe(10);
  });
});
