import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, hold, must, newShopper, rowOf, stockOf } from "../support/shop.ts";
import { callsOf } from "./catalogue.ts";
import { sqlStateOf } from "./sessions.ts";

// JSON has null for everything, so any argument may be it, whatever the types say.

const db = useTestDatabase();

test.each(["call", "shortest"] as const)(
  "null for every argument is answered or refused by every public function, at once: %s",
  async (which) => {
    const session = db.connect();
    await session`set statement_timeout = '5s'`;
    const states: Record<string, string> = {};
    for (const { name, [which]: call } of await callsOf(db.sql, "public")) {
      const state = await sqlStateOf(session.unsafe(call));
      if (state !== "none" && state !== "HF001") states[name] = state;
    }
    expect(states).toEqual({});
  },
);

test("nobody's holds are extended or given back", async () => {
  const session = db.connect();
  await session`set statement_timeout = '5s'`;
  expect(await sqlStateOf(session`select extend_reservations(null)`)).toBe("HF001");
  expect(await sqlStateOf(session`select release_reservations(null)`)).toBe("HF001");
});

async function adjust(variantId: string, delta: number, releaseNewest: boolean | null) {
  const [row] = await db.sql<{ answer: { outcome: string } }[]>`
    select adjust_stock(${variantId}, (select id from locations where code = 'main'), ${delta}, 'counted',
      ${releaseNewest}) as answer`;
  return must(row).answer.outcome;
}

test("holds are taken back for a correction of stock only by a yes", async () => {
  const variantId = await createVariant(db.sql, 2);
  const { reservationId } = await hold(db.sql, newShopper(), variantId, 2);
  expect(await adjust(variantId, -1, null)).toBe("units_held");
  expect(await adjust(variantId, -1, false)).toBe("units_held");
  expect((await rowOf(db.sql, reservationId)).status).toBe("active");
  expect(await adjust(variantId, -1, true)).toBe("adjusted");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 1, reserved: 0 });
});

test("a correction that was refused is no cause of what its transaction does next", async () => {
  const variantId = await createVariant(db.sql, 5);
  await db.sql.begin(async (sql) => {
    await sql`select adjust_stock(${newShopper()}, ${newShopper()}, 1, 'counted')`;
    await sql`select adjust_stock(${variantId}, (select id from locations where code = 'main'), -6, 'counted')`;
    await sql`update stock_levels set on_hand = 4 where variant_id = ${variantId}`;
  });
  const [movement] = await db.sql`
    select actor, reason, delta from stock_movements where variant_id = ${variantId} order by id desc limit 1`;
  expect(movement).toEqual({ actor: "postgres", reason: "sql", delta: -1 });
});
