import { beforeAll, expect, test } from "vitest";
import { typeOrder } from "../support/checkout.ts";
import { type ApiRole, useTestDatabase } from "../support/database.ts";
import { createVariant, expectConsistent, hold, letTimePass, newShopper, stockOf } from "../support/shop.ts";
import { sqlStateOf } from "./sessions.ts";

const db = useTestDatabase();
const shopperId = newShopper();
let variantId = "";

beforeAll(async () => {
  variantId = await createVariant(db.sql, 5);
  await hold(db.sql, shopperId, variantId, 2);
  await letTimePass(db, 1);
  await hold(db.sql, newShopper(), variantId, 3);
  await createVariant(db.sql, 1, { published: false });
});

const roles: ApiRole[] = ["anon", "authenticated", "service_role"];
const sessionOf = (role: ApiRole) => db.connectAs(role, role === "authenticated" ? shopperId : undefined);
const refused = "42501";
/** A view over several tables is refused for what it is, before rights are asked. */
const noTable = ["55000", "42809"];

async function publicTables(): Promise<string[]> {
  const rows = await db.sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')`;
  return rows.map((row) => row.name);
}

test.each(roles)("%s cannot write any table, not even its own rows", async (role) => {
  const session = sessionOf(role);
  for (const table of await publicTables()) {
    const [column] = await db.sql<{ name: string }[]>`
      select attname as name from pg_attribute
      where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and attgenerated = '' limit 1`;
    for (const statement of [
      `insert into ${table} default values`,
      `update ${table} set ${column?.name} = default`,
      `delete from ${table}`,
      `truncate ${table}`,
    ]) {
      expect([refused, ...noTable], statement).toContain(await sqlStateOf(session.unsafe(statement)));
    }
  }
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 5 });
  await expectConsistent(db.sql);
});

test("anon reads the published catalogue and nothing else", async () => {
  const anon = sessionOf("anon");
  expect([...(await anon`select id from variants`)]).toEqual([{ id: variantId }]);
  expect(await anon`select id from products`).toHaveLength(1);
  const others = (await publicTables()).filter((name) => !["products", "variants"].includes(name));
  for (const name of others)
    expect(await sqlStateOf(anon.unsafe(`select * from ${name}`)), name).toBe(refused);
});

test("a signed-in user reads the catalogue, their own holds and orders, and nothing else", async () => {
  const user = sessionOf("authenticated");
  expect([...(await user`select shopper_id, quantity from reservations`)]).toEqual([
    { shopper_id: shopperId, quantity: 2 },
  ]);
  expect(await db.connectAs("authenticated", newShopper())`select * from reservations`).toHaveLength(0);
  expect(await db.connectAs("authenticated")`select * from reservations`).toHaveLength(0);
  const orderId = await typeOrder(db.sql, shopperId, variantId);
  await typeOrder(db.sql, newShopper(), variantId);
  expect([...(await user`select id from orders`)]).toEqual([{ id: orderId }]);
  expect([...(await user`select order_id from order_lines`)]).toEqual([{ order_id: orderId }]);
  const readable = ["products", "variants", "reservations", "orders", "order_lines"];
  for (const name of (await publicTables()).filter((table) => !readable.includes(table))) {
    expect(await sqlStateOf(user.unsafe(`select * from ${name}`)), name).toBe(refused);
  }
});

test("functions are for the server alone: the secret key may call them, a browser's may not", async () => {
  const rows = await db.sql<{ name: string; allowed: string[] }[]>`
    select p.oid::regprocedure::text as name,
      array_remove(array[
        case when has_function_privilege('anon', p.oid, 'execute') then 'anon' end,
        case when has_function_privilege('authenticated', p.oid, 'execute') then 'authenticated' end,
        case when has_function_privilege('service_role', p.oid, 'execute') then 'service_role' end], null) as allowed
    from pg_proc p where p.pronamespace = 'public'::regnamespace`;
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter((row) => row.allowed.join() !== "service_role")).toEqual([]);
  for (const role of ["anon", "authenticated"] as const) {
    const session = sessionOf(role);
    expect(await sqlStateOf(session`select get_cart(${shopperId})`)).toBe(refused);
    expect(await sqlStateOf(session`select release_reservations(${shopperId})`)).toBe(refused);
  }
  expect(await sqlStateOf(sessionOf("service_role")`select get_cart(${shopperId})`)).toBe("none");
});

test("what is private is out of reach of every role of the API", async () => {
  for (const role of roles) {
    const call = sessionOf(role)`select private.lock_levels(${[variantId]}::uuid[])`;
    expect(await sqlStateOf(call), role).toBe(refused);
  }
});

test("every function of ours names its schemas, and every table of ours is behind row-level security", async () => {
  const loose = await db.sql`
    select p.oid::regprocedure::text as name from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      and not coalesce(p.proconfig, '{}') @> array['search_path=""']`;
  expect([...loose]).toEqual([]);
  const open = await db.sql`
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity`;
  expect([...open]).toEqual([]);
});

test("everything that is called or looked at says what it is", async () => {
  const silent = await db.sql`
    select c.oid::regclass::text as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') and obj_description(c.oid, 'pg_class') is null
    union all
    select p.oid::regprocedure::text from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      and obj_description(p.oid, 'pg_proc') is null`;
  expect([...silent]).toEqual([]);
});
