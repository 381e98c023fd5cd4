import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { usePooler } from "../support/pgbouncer.ts";
import {
  cartOf,
  createVariant,
  expectConsistent,
  extend,
  type Hold,
  hold,
  must,
  newShopper,
  release,
  reserve,
  setQuantity,
  stockOf,
  sweep,
} from "../support/shop.ts";
import { countOutcomes, inCrowd } from "./crowd.ts";
import {
  adjust,
  begin,
  commit,
  findDrift,
  lockLevels,
  pidOf,
  rollback,
  sqlStateOf,
  transfer,
} from "./sessions.ts";

// Everything as in the other files, but through a pooler that gives each transaction the connection that is free.

const db = useTestDatabase();
const poolSize = 3;
const pooler = usePooler(db, poolSize);
let clients: Sql[] = [];
let variantId = "";
let locationId = "";

beforeAll(() => {
  clients = pooler.connect(50);
});

beforeEach(async () => {
  variantId = await createVariant(db.sql, 37);
  const [row] = await db.sql<{ id: string }[]>`select id from locations where code = 'main'`;
  locationId = must(row).id;
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

test("50 clients share a few connections to the server, and none keeps one between transactions", async () => {
  const pids = await inCrowd(clients, Array(200).fill(0), pidOf);
  const different = new Set(pids.map(({ result }) => result));
  expect(different.size).toBeLessThanOrEqual(poolSize);
  const [first, second] = pooler.connectToOne(2) as [Sql, Sql];
  expect(await pidOf(first)).toBe(await pidOf(second));
});

test("of 50 clients who want the last unit exactly one gets it", async () => {
  const last = await createVariant(db.sql, 1);
  const slow = db.connect();
  await lockLevels(slow, last);
  const asked = inCrowd(clients, clients.map(newShopper), (client, shopper) =>
    reserve(client, shopper, last),
  );
  // All connections of the pool want the unit before any of them can have it.
  while ((await waiting()) < poolSize);
  await commit(slow);
  expect(countOutcomes((await asked).map(({ result }) => result))).toEqual({
    held: 1,
    insufficient_stock: 49,
  });
  expect(await stockOf(db.sql, last)).toEqual({ on_hand: 1, reserved: 1 });
});

async function waiting(): Promise<number> {
  const [row] = await db.sql<{ sessions: number }[]>`select count(*)::int as sessions from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  return must(row).sessions;
}

test("37 units are shared out among those who want one to five each, and none twice", async () => {
  const jobs = Array.from({ length: 150 }, (_, i) => ({ shopper: newShopper(), quantity: 1 + (i % 5) }));
  const answers = await inCrowd(clients, jobs, (client, { shopper, quantity }) =>
    reserve(client, shopper, variantId, quantity),
  );
  const held = answers.filter(({ result }) => result.outcome === "held");
  const refused = answers.filter(({ result }) => result.outcome === "insufficient_stock");
  expect(held.length + refused.length).toBe(150);
  const units = held.reduce((sum, { job }) => sum + job.quantity, 0);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 37, reserved: units });
  expect(37 - units).toBeLessThan(Math.min(...refused.map(({ job }) => job.quantity)));
});

test("taking, extending, changing, giving back, signing in, counting and sweeping at once fail for nobody", async () => {
  const people = Array.from({ length: 10 }, () => ({ guest: newShopper(), user: newShopper() }));
  const jobs = Array.from({ length: 300 }, (_, i) => ({ kind: i % 10, who: must(people[(i * 3) % 10]) }));
  await inCrowd(clients, jobs, async (client, { kind, who }) => {
    if (kind < 3) await reserve(client, who.guest, variantId, 1 + kind);
    if (kind === 3) await extend(client, who.guest);
    if (kind === 4) await reserve(client, who.user, variantId, 2, "set");
    if (kind === 5) await release(client, who.user);
    if (kind === 6) expect((await transfer(client, who.guest, who.user)).outcome).toBe("transferred");
    if (kind === 7) await adjust(client, variantId, locationId, client === clients[7] ? -1 : 1);
    if (kind === 8) await sweep(client);
    if (kind === 9) expect((await cartOf(client, who.guest)).totalQuantity).toBeGreaterThanOrEqual(0);
  });
  for (const { guest, user } of people) {
    await transfer(must(clients[0]), guest, user);
    const [one, other] = [await cartOf(must(clients[1]), guest), await cartOf(must(clients[2]), user)];
    expect(one.lines).toEqual(other.lines);
  }
});

/** Every function that says its cause, with each way in which it may end. */
const calls: [name: string, call: (client: Sql, shopper: string, mine: Hold) => Promise<unknown>][] = [
  ["reserve_stock", (s) => reserve(s, newShopper(), variantId)],
  ["reserve_stock, refused", (s) => reserve(s, newShopper(), variantId, 99)],
  ["reserve_stock, malformed", (s) => reserve(s, "nobody", variantId)],
  ["set_reservation_quantity", (s, shopper, mine) => setQuantity(s, shopper, mine.reservationId, 3)],
  ["set_reservation_quantity, unknown", (s, shopper) => setQuantity(s, shopper, newShopper(), 3)],
  [
    "set_reservation_quantity, malformed",
    (s, shopper, mine) => setQuantity(s, shopper, mine.reservationId, 0),
  ],
  ["extend_reservations", (s, shopper) => extend(s, shopper)],
  ["release_reservations, of a stranger", (s) => release(s, newShopper())],
  ["transfer_reservations", (s) => transfer(s, newShopper(), newShopper())],
  ["transfer_reservations, malformed", (s) => transfer(s, null, null)],
  ["adjust_stock", (s) => adjust(s, variantId, locationId, 1)],
  ["adjust_stock, units held", (s) => adjust(s, variantId, locationId, -37)],
  ["adjust_stock, below zero", (s) => adjust(s, variantId, locationId, -38)],
  ["adjust_stock, unknown", (s) => adjust(s, newShopper(), locationId, 1)],
  ["expire_reservations", (s) => sweep(s)],
  ["repair_stock_consistency", (s) => s`select repair_stock_consistency(false)`],
];

/** Every setting of a client's connection, ours among them. */
const settings = (client: Sql) =>
  client<{ name: string; setting: string }[]>`
    select name, setting from pg_settings
    union all select 'holdfast.cause', coalesce(current_setting('holdfast.cause', true), '')
    union all select 'holdfast.reason', coalesce(current_setting('holdfast.reason', true), '')
    order by name`.then((rows) => new Map(rows.map((row) => [row.name, row.setting])));

/** What somebody types, and who did it why in the trail and in the ledger. */
async function typeSql(client: Sql) {
  await client`update stock_levels set on_hand = on_hand + 1 where variant_id = ${variantId}`;
  await client`
    with shopper as (insert into shoppers (id) values (gen_random_uuid()) returning id)
    insert into reservations
      (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
    select id, ${variantId}, ${locationId}, 1, 900, now(), now() + interval '15 min', now() + interval '2 h'
    from shopper`;
  return client`
    (select actor, cause from audit_log where variant_id = ${variantId} order by id desc limit 1)
    union all (select actor, cause from audit_log where variant_id = ${variantId} and entity = 'stock_level'
               order by id desc limit 1)
    union all (select actor, reason from stock_movements where variant_id = ${variantId} order by id desc limit 1)`;
}

const byWhoTyped = Array(3).fill({ actor: "postgres", cause: "sql" });

describe.each(calls)("%s", (_, call) => {
  test("leaves nothing behind for the next client of its connection", async () => {
    const [one, other] = pooler.connectToOne(2) as [Sql, Sql];
    const shopper = newShopper();
    const mine = await hold(db.sql, shopper, variantId, 2);
    // What loads the language of the functions adds its settings.
    await cartOf(one, shopper);
    const [pid, before] = [await pidOf(one), await settings(other)];
    await sqlStateOf(call(one, shopper, mine));
    expect(await settings(other)).toEqual(before);
    expect([...(await typeSql(other))]).toEqual(byWhoTyped);
    expect(await pidOf(other)).toBe(pid);
  });

  test("leaves nothing behind in its own transaction", async () => {
    const [client] = pooler.connect(1) as [Sql];
    const shopper = newShopper();
    const mine = await hold(db.sql, shopper, variantId, 2);
    await begin(client);
    await client`savepoint before_call`;
    if ((await sqlStateOf(call(client, shopper, mine))) !== "none") await client`rollback to before_call`;
    expect([...(await typeSql(client))]).toEqual(byWhoTyped);
    await commit(client);
  });
});

test("a client that waited too long for a lock leaves its connection as it was", async () => {
  const [one, other] = pooler.connectToOne(2) as [Sql, Sql];
  const slow = db.connect();
  await lockLevels(slow, variantId);
  await db.sql`alter function reserve_stock(jsonb) set lock_timeout = '20ms'`;
  const before = await settings(other);
  expect(await sqlStateOf(reserve(one, newShopper(), variantId))).toBe("55P03");
  expect(await settings(other)).toEqual(before);
  await rollback(slow);
  await db.sql`alter function reserve_stock(jsonb) set lock_timeout = '3s'`;
  expect((await reserve(other, newShopper(), variantId)).outcome).toBe("held");
});
