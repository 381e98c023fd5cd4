import type { HoldJob } from "../clients/jobs.ts";
import type { Ground } from "../ground/ground.ts";
import { clear, quietly, strangers } from "../ground/load.ts";
import { expectEqual, expectHeld, expectNoDrift } from "../ground/verify.ts";
import type { Contender } from "../rounds.ts";

/** Names of the references, as they stand in tables. */
export const hotUpdate = "bare one-row UPDATE";
export const insert1 = "bare one-row INSERT";
export const insert64 = "bare 64-row INSERT";
export const naive = "naive: a trigger locks and sums";
export const minimalBy = (size: number): string => `the least that keeps the promises, by ${size}`;
export const contractBy = (size: number): string => `the least that keeps the contract, by ${size}`;
export const batchesOf = (size: number): string => `reserve_stock, batches of ${size}`;

/**
 * Everything on Postgres that part A compares. Checkpoints come before a table is filled: right after one, the first
 * change of each page writes the whole page to the log, which a running shop sees once in minutes, not in seconds.
 */
export function holdContenders(ground: Ground, variants: string[], clients: number): Contender[] {
  const { admin, locationId } = ground;
  const work = (name: string, kind: HoldJob["kind"], batch = 1) => ({
    name,
    clients,
    job: { kind, batch, variants, locationId },
  });

  const reserve = (batch: number): Contender => ({
    ground,
    works: [work(batchesOf(batch), "reserve", batch)],
    reset: async () => {
      await admin`checkpoint`;
      await clear(ground);
    },
    verify: async ([tally]) => {
      if (tally) await expectHeld(ground, tally, strangers);
      await expectNoDrift(ground);
    },
  });

  const update: Contender = {
    ground,
    works: [work(hotUpdate, "update")],
    reset: async () => {
      await admin`checkpoint`;
      await admin`update bench.counters set reserved = 0`;
      await admin`vacuum analyze bench.counters`;
    },
    verify: async ([tally]) => {
      const [row] = await admin`select sum(reserved)::int as reserved from bench.counters`;
      expectEqual("the counters", row?.reserved, tally?.granted);
    },
  };

  const insert = (table: string, works: Contender["works"]): Contender => ({
    ground,
    works,
    reset: async () => {
      await admin`checkpoint`;
      await quietly(admin, async (sql) => {
        await sql.unsafe(`truncate ${table}`);
        await sql.unsafe(`insert into ${table} select * from bench.strangers`);
      });
      await admin.unsafe(`analyze ${table}`);
    },
    verify: async ([tally]) => {
      const [row] = await admin.unsafe(`select count(*)::int as rows from ${table}`);
      expectEqual("granted", tally?.granted, tally?.answers);
      expectEqual("rows", row?.rows - strangers, tally?.granted);
    },
  });

  const minimal = (name: string, kind: "minimal" | "contract", batch: number): Contender => ({
    ground,
    works: [work(name, kind, batch)],
    reset: async () => {
      await admin`checkpoint`;
      await quietly(admin, async (sql) => {
        await sql`truncate bench.minimal_holds, bench.minimal_trail, bench.contract_shoppers`;
        await sql`insert into bench.contract_shoppers (id) select shopper_id from bench.strangers`;
        await sql`insert into bench.minimal_holds select * from bench.strangers`;
        await sql`update bench.minimal_levels set reserved = 0, next_expiry_at = 'infinity'`;
      });
      await admin`vacuum analyze bench.minimal_levels`;
      await admin`analyze bench.minimal_holds, bench.minimal_trail, bench.contract_shoppers`;
    },
    verify: async ([tally]) => {
      const [row] = await admin`
        select (select count(*) from bench.minimal_holds)::int as rows,
               (select count(*) from bench.minimal_trail)::int as trail,
               (select sum(reserved) from bench.minimal_levels)::int as reserved,
               (select count(*) from bench.contract_shoppers)::int as shoppers`;
      expectEqual("granted", tally?.granted, tally?.answers);
      expectEqual("rows", row?.rows - strangers, tally?.granted);
      expectEqual("trail", row?.trail, tally?.granted);
      expectEqual("reserved", row?.reserved, tally?.granted);
      if (kind === "contract") expectEqual("shoppers", row?.shoppers - strangers, tally?.granted);
    },
  });

  return [
    update,
    insert("bench.inserted_holds", [work(insert1, "insert")]),
    insert("bench.inserted_holds", [work(insert64, "insert", 64)]),
    insert("bench.naive_holds", [work(naive, "naive")]),
    insert("bench.summed_holds", [work("one function locks, then sums", "lockThenSum")]),
    ...[1, 64].flatMap((batch) => [
      minimal(minimalBy(batch), "minimal", batch),
      minimal(contractBy(batch), "contract", batch),
    ]),
    ...[1, 8, 64, 256].map(reserve),
  ];
}
