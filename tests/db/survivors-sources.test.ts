import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, must, newShopper, reserveBatch } from "../support/shop.ts";
import { newSource, outcomesOf, wish } from "./sources.ts";

// What limits remember of sources and of unconverted holds, asked of the functions that keep it: rules that no other
// test noticed when `npm run mutate:db` took them away.

const db = useTestDatabase();
let variantId = "";
let otherId = "";
let source = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 1000);
  otherId = await createVariant(db.sql, 1000);
  source = newSource();
});

type Fields = { status?: string; variant?: string; began?: string; ends?: string; ended?: string | null };

/** A hold as it was once taken: by SQL, because it may lie in the past. */
async function put(shopperId: string, fields: Fields = {}): Promise<void> {
  const { status = "active", variant = variantId, began = "-5 min", ends = "10 min", ended = null } = fields;
  await db.sql`
    insert into reservations (shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at,
      expires_at, max_expires_at, ended_at)
    select ${shopperId}, variant_id, location_id, 1, ${status}, 900, now() + ${began}::interval,
      now() + ${ends}::interval, now() + '3 h', now() + ${ended}::interval
    from stock_levels where variant_id = ${variant}`;
}

async function note(shoppers: string[], of = source, noted = "0 min", variant = variantId): Promise<void> {
  await db.sql`insert into source_holders (variant_id, source, shopper_id, noted_at)
    select ${variant}, ${of}, id, now() + ${noted}::interval from unnest(${shoppers}::uuid[]) as s (id)`;
}

const noted = async (of = source, variant = variantId) => {
  const rows = await db.sql<{ id: string }[]>`
    select shopper_id as id from source_holders where variant_id = ${variant} and source = ${of}`;
  return rows.map(({ id }) => id).toSorted();
};

const many = (count: number) => Array.from({ length: count }, newShopper);
const forget = () => db.sql`select private.forget_idle_holders(${variantId}, ${source}, now())`;

/** Somebody for each way to hold units, of this variant or another, and to hold none any more. */
async function people() {
  const [live, paying, lapsed, elsewhere, payingElsewhere, gone] = many(6) as [
    ...[string, string, string, string, string, string],
  ];
  await put(live);
  await put(paying, { status: "paying" });
  await put(lapsed, { ends: "-1 min" });
  await put(elsewhere, { variant: otherId });
  await put(payingElsewhere, { variant: otherId, status: "paying" });
  await put(gone, { status: "released", ended: "-1 min" });
  return { live, paying, lapsed, elsewhere, payingElsewhere, gone };
}

test("too many identities of a source go, but for those who hold units of the variant", async () => {
  const { live, paying, ...idle } = await people();
  const others = many(60);
  await note([live, paying, ...Object.values(idle), ...others]);
  const stranger = newSource();
  await note([must(others[0])], stranger);
  await note([must(others[1])], source, "0 min", otherId);
  await forget();
  expect(await noted()).toEqual([live, paying].toSorted());
  expect(await noted(stranger)).toEqual([others[0]]);
  expect(await noted(source, otherId)).toEqual([others[1]]);
});

test.each([
  { name: "holds another variant", of: "elsewhere" },
  { name: "pays for another variant", of: "payingElsewhere" },
  { name: "held units that lapsed", of: "lapsed" },
] as const)("who $name counts among the too many", async ({ of }) => {
  const all = await people();
  await note([all[of], ...many(50)]);
  await forget();
  expect(await noted()).toEqual([]);
});

test("the idle of another source, or of another variant, do not count among the too many", async () => {
  const holders = many(10);
  for (const id of holders) await put(id);
  await note([...holders, ...many(45)]);
  await note(many(20), newSource());
  await note(many(20), source, "0 min", otherId);
  await forget();
  expect(await noted()).toHaveLength(55);
});

test("upkeep forgets who holds nothing of a variant any more, and keeps who holds or pays", async () => {
  const { live, paying, lapsed, ...idle } = await people();
  await note([live, paying, lapsed, ...Object.values(idle)], source, "-10 min");
  await db.sql`select prune_sources()`;
  expect(await noted()).toEqual([live, paying, lapsed].toSorted());
});

/** When the pause ends that these settings would lay on a shopper. */
async function pauseOf(shopperId: string): Promise<Date | null> {
  const [row] = await db.sql`
    select private.cool_down_ends_at(${shopperId}, ${variantId}, jsonb_populate_record(s,
      '{"max_unconverted_holds": 1, "unconverted_window_seconds": 3600, "cool_down_seconds": 86400}'), now()) as ends
    from store_settings as s`;
  return must(row).ends;
}

test.each([
  { name: "lapsed and swept", fields: { status: "expired" } },
  { name: "lapsed and unswept", fields: { status: "active" } },
  { name: "given back at the last moment", fields: { status: "released" } },
])("holds $name count toward a pause while the window lasts, and not after it", async ({ fields }) => {
  const putOne = (shopperId: string, minutes: number) => {
    const at = `${-minutes} min`;
    const ended = fields.status === "active" ? null : at;
    return put(shopperId, { ...fields, began: `${-minutes - 15} min`, ends: at, ended });
  };
  const [recent, longAgo] = many(2) as [string, string];
  await putOne(recent, 30);
  await putOne(longAgo, 90);
  expect(await pauseOf(recent)).not.toBeNull();
  expect(await pauseOf(longAgo)).toBeNull();
});

test("a change that does not say where it comes from comes from where this variant was held", async () => {
  const shopperId = newShopper();
  const before = newSource();
  await note([shopperId], newSource(), "-2 min");
  await note([shopperId], before, "-1 min");
  await db.sql`insert into source_holders (variant_id, source, shopper_id, noted_at)
    values (${otherId}, ${newSource()}, ${shopperId}, now())`;
  const request = { shopperId, lines: [{ variantId, quantity: 1 }] };
  const requests = [request, { ...request, source: "said" }, { ...request, shopperId: randomUUID() }];
  const [row] = await db.sql`select private.with_known_sources(${db.sql.json(requests)}) as known`;
  expect(must(row).known).toEqual([{ ...request, source: before }, requests[1], requests[2]]);
});

test("only who sets a line to no more than they hold of this very variant asks for no more", async () => {
  const shopperId = newShopper();
  await db.sql`insert into shoppers (id) values (${shopperId})`;
  await put(shopperId);
  for (const variant of [otherId, otherId]) await put(shopperId, { variant, status: "paying" });
  await put(shopperId, { variant: otherId });
  await put(shopperId, { status: "released", ended: "-1 min" });
  const [stranger, late] = [newShopper(), newShopper()];
  await db.sql`insert into shoppers (id) values (${late})`;
  await put(stranger);
  await put(late, { ends: "-1 min" });
  const set = (quantity: number, quantityMode = "set") => ({
    ...{ shopperId, source, quantityMode, lines: [{ variantId, quantity }] },
  });
  const requests = [
    set(1),
    set(2),
    set(1, "add"),
    { ...set(1), source: undefined },
    { ...set(1), shopperId: late },
  ];
  const [row] = await db.sql`
    select private.requests_for_no_more(${db.sql.json(requests as never)}, now()) as them`;
  expect(must(row).them).toEqual({ 1: true });
});

test("once a limit refuses a request, its further lines take nothing of the share of their variants", async () => {
  // Lines of one request are looked at in the order of their variants' ids.
  const ids = [await createVariant(db.sql, 20), await createVariant(db.sql, 20)].toSorted();
  const [scarce, plenty] = [must(ids[0]), must(ids[1])];
  const lines = [
    { variantId: scarce, quantity: 6 },
    { variantId: plenty, quantity: 5 },
  ];
  const refused = { ...wish(source, scarce), lines };
  const answers = await reserveBatch(db.sql, [refused, wish(source, plenty, 5)]);
  expect(outcomesOf(answers)).toEqual(["limit_reached", "held"]);
});

test("who takes too much of one variant costs nobody of the same source another one", async () => {
  const [scarce, plenty] = [await createVariant(db.sql, 20), await createVariant(db.sql, 20)];
  const greedy = newShopper();
  const set = (quantity: number) =>
    wish(source, scarce, quantity, { shopperId: greedy, quantityMode: "set" });
  // What a line adds that is set twice in one batch is known once the batch is decided.
  const answers = await reserveBatch(db.sql, [set(6), set(7), wish(source, plenty, 1)]);
  expect(outcomesOf(answers).at(-1)).toBe("held");
  expect(outcomesOf(answers)).toContain("limit_reached");
});
