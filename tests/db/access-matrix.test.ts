import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readAccessMatrix } from "../../local/schema-snapshot-access.ts";
import { shortDiff } from "../../local/schema-snapshot-diff.ts";
import { readCatalogue } from "../../local/schema-snapshot-text.ts";
import { typeOrder } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";
import { callsOf, readAfter, relationsOf } from "./catalogue.ts";
import { sqlStateOf } from "./sessions.ts";

const db = useTestDatabase();
const committed = readFileSync(join(import.meta.dirname, "access-matrix.txt"), "utf8").replaceAll(
  "\r\n",
  "\n",
);
const refused = "42501";
const ada = newShopper();
const ben = newShopper();

const actors = {
  anon: { role: "anon", claims: {} },
  ada: { role: "authenticated", claims: { sub: ada } },
  // What a user may write about themselves makes nobody somebody else.
  ben: { role: "authenticated", claims: { sub: ben, user_metadata: { role: "admin", sub: ada } } },
  admin: { role: "authenticated", claims: { sub: newShopper(), app_metadata: { role: "admin" } } },
  nobody: { role: "authenticated", claims: {} },
  "secret key": { role: "service_role", claims: {} },
};
type Actor = keyof typeof actors;
const everybody = Object.keys(actors) as Actor[];
const browsers = everybody.filter((actor) => actor !== "secret key");

/** One session as the Data API has it during a request: the role, and the claims of the token. */
async function sessionOf(actor: Actor): Promise<Sql> {
  const { role, claims } = actors[actor];
  const session = db.connect();
  await session`select set_config('request.jwt.claims', ${JSON.stringify({ role, ...claims })}, false)`;
  await session`set statement_timeout = '2s'`;
  await session.unsafe(`set role ${role}`);
  return session;
}

beforeAll(async () => {
  const variantId = await createVariant(db.sql, 10);
  await createVariant(db.sql, 1, { published: false });
  await hold(db.sql, ada, variantId, 2);
  await hold(db.sql, ben, variantId, 3);
  await hold(db.sql, newShopper(), variantId, 1);
  await db.sql`select expire_reservations()`;
  for (const shopperId of [ada, ben, newShopper()]) await typeOrder(db.sql, shopperId, variantId);
});

test("rights are what was reviewed", async () => {
  const difference = shortDiff(committed, await readCatalogue(db.url, readAccessMatrix));
  expect(difference, 'if it is meant, run "npm run schema" and commit the diff').toBe("");
});

test.each([
  ["grant select on shoppers to anon", "public.shoppers"],
  ["grant update (on_hand) on stock_levels to authenticated", "update (on_hand)"],
  ["grant select on sweep_runs to public", "public.sweep_runs"],
  ["grant service_role to authenticated with inherit true", "public.alerts"],
  ["grant execute on function get_cart(uuid) to anon", "public.get_cart(uuid)"],
  ["grant execute on function get_cart(uuid) to public", "public.get_cart(uuid)"],
  ["grant usage on schema private to anon", "private"],
  ["grant create on schema public to authenticated", "usage, create"],
  ["grant usage on sequence stock_trail_id_seq to service_role", "public.stock_trail_id_seq"],
  ["alter table shoppers disable row level security", "table, all rows"],
  ["create policy everybody on shoppers to public using (true)", "everybody"],
  ["alter policy products_published_are_public on products using (true)", "true"],
  ["drop policy reservations_are_read_by_their_shopper on reservations", "reservations_are_read"],
  ["alter view expired_reservations set (security_invoker = false)", "view, as its owner"],
  ["alter function get_cart(uuid) security invoker", "public.get_cart(uuid)"],
  ["create table public.fresh (id integer)", "public.fresh"],
])("a reviewer sees: %s", async (statement, shown) => {
  const changed = await readAfter(db.sql, statement, readAccessMatrix);
  expect(shortDiff(committed, changed)).toContain(shown);
});

const catalogue = { products: 1, variants: 1 };
test.each<[Actor, Record<string, number>]>([
  ["anon", catalogue],
  ["ada", { ...catalogue, reservations: 1, orders: 1, order_lines: 1 }],
  ["ben", { ...catalogue, reservations: 1, orders: 1, order_lines: 1 }],
  ["admin", { ...catalogue, reservations: 0, orders: 0, order_lines: 0 }],
  ["nobody", { ...catalogue, reservations: 0, orders: 0, order_lines: 0 }],
])(
  "%s reads the published catalogue, holds and orders of their own, and nothing else",
  async (actor, seen) => {
    const session = await sessionOf(actor);
    const rows: Record<string, number> = {};
    for (const name of await relationsOf(db.sql, "public")) {
      const reading = session.unsafe(`select count(*)::int as count from ${name}`);
      const state = await sqlStateOf(reading);
      if (state === "none") rows[name] = must((await reading)[0]).count;
      else expect(state, name).toBe(refused);
    }
    expect(rows).toEqual(seen);
    if (!rows.reservations) return;
    const owners = await session`select shopper_id from reservations union select shopper_id from orders
    union select o.shopper_id from order_lines l left join orders o on o.id = l.order_id`;
    expect([...owners]).toEqual([{ shopper_id: actor === "ada" ? ada : ben }]);
  },
);

test("a user's token cannot have the holds of everybody walked over: any reading goes by the shopper", async () => {
  const session = await sessionOf("ada");
  // Few rows are walked over for good reason; so that is made dear here, and what is left is what indexes can do.
  await session`set enable_seqscan = off`;
  for (const query of [
    "select * from reservations",
    "select count(*) from reservations where quantity > 0",
  ]) {
    const plan = await session.unsafe<{ "QUERY PLAN": string }[]>(`explain (costs off) ${query}`);
    const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
    expect(text).not.toContain("Seq Scan");
    expect(text).toContain("Index Cond: (shopper_id =");
  }
});

test("the secret key reads every row of everything", async () => {
  const session = await sessionOf("secret key");
  for (const name of await relationsOf(db.sql, "public")) {
    const [there] = await db.sql.unsafe(`select count(*)::int as count from ${name}`);
    const [seen] = await session.unsafe(`select count(*)::int as count from ${name}`);
    expect(seen, name).toEqual(there);
  }
});

test.each(everybody)("%s writes no table and no view, not even the own row", async (actor) => {
  const session = await sessionOf(actor);
  for (const name of await relationsOf(db.sql, "public")) {
    const [column] = await db.sql<{ name: string }[]>`
      select attname as name from pg_attribute where attrelid = ${name}::regclass and attnum > 0 limit 1`;
    for (const statement of [
      `insert into ${name} default values`,
      `update ${name} set ${must(column).name} = default`,
      `delete from ${name}`,
      `truncate ${name}`,
    ]) {
      // A view over several tables is refused for what it is (55000, 42809) before anybody asks for rights.
      expect([refused, "55000", "42809"], statement).toContain(await sqlStateOf(session.unsafe(statement)));
    }
  }
});

test.each(browsers)("%s calls no function", async (actor) => {
  const session = await sessionOf(actor);
  for (const { name, call } of await callsOf(db.sql, "public")) {
    expect(await sqlStateOf(session.unsafe(call)), name).toBe(refused);
  }
});

test("the secret key may call every public function", async () => {
  const session = await sessionOf("secret key");
  for (const { name, call } of await callsOf(db.sql, "public")) {
    expect(await sqlStateOf(session.unsafe(call)), name).not.toBe(refused);
  }
});

test.each(everybody)("what is private is out of reach: %s", async (actor) => {
  const session = await sessionOf(actor);
  const calls = await callsOf(db.sql, "private");
  expect(calls.length).toBeGreaterThan(20);
  for (const { name, call } of calls) {
    expect(await sqlStateOf(session.unsafe(call)), name).toBe(refused);
  }
  expect(await sqlStateOf(session`select null::private.reserve_batch`)).toBe(refused);
  expect(await sqlStateOf(session`create table private.mine (id integer)`)).toBe(refused);
  expect(await sqlStateOf(session`create table public.mine (id integer)`)).toBe(refused);
  expect(await sqlStateOf(session`create function public.mine() returns integer language sql return 1`)).toBe(
    refused,
  );
});
