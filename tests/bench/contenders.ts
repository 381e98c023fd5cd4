import type { Tally } from "./crew.ts";
import { clear, type Ground, strangers } from "./ground.ts";
import type { Job } from "./jobs.ts";
import { expectEqual, expectNoDrift } from "./verify.ts";

/** One way to take a hold, or a floor that no way can be under. */
export type Contender = {
  name: string;
  job: Job;
  /** Puts the tables into the state from which every slice starts. */
  reset(): Promise<void>;
  /** Throws unless the tables show exactly what was answered. */
  verify(tally: Tally): Promise<void>;
};

/** Names of the references, as they stand in tables. */
export const hotUpdate = "bare one-row UPDATE";
export const insert1 = "bare one-row INSERT";
export const insert64 = "bare 64-row INSERT";

export function contendersOf(ground: Ground, variants: string[]): Contender[] {
  const { admin, locationId } = ground;
  const job = (kind: Job["kind"], batch = 1): Job => ({ kind, batch, variants, locationId });

  const reserve = (batch: number): Contender => ({
    name: `reserve_stock, batches of ${batch}`,
    job: job("reserve", batch),
    reset: () => clear(ground),
    verify: (tally) => verifyHolds(ground, tally, strangers),
  });

  const intoTable = (name: string, of: Job, table: string): Contender => ({
    name,
    job: of,
    reset: async () => {
      await admin.unsafe(`truncate ${table}`);
      await admin.unsafe(`insert into ${table} select * from reservations limit ${strangers}`);
      await admin.unsafe(`analyze ${table}`);
    },
    verify: async (tally) => {
      const [row] = await admin.unsafe(`select count(*)::int as rows from ${table}`);
      const [base] = await admin`select least(count(*), ${strangers})::int as rows from reservations`;
      expectEqual(`${name}: everything was granted`, tally.granted, tally.answers);
      expectEqual(`${name}: rows`, row?.rows - base?.rows, tally.granted);
    },
  });

  return [
    {
      name: hotUpdate,
      job: job("update"),
      reset: async () => {
        await admin`update bench.counters set reserved = 0 where reserved <> 0`;
        await admin`vacuum bench.counters`;
      },
      verify: async (tally) => {
        const [row] = await admin`select sum(reserved)::int as reserved from bench.counters`;
        expectEqual(`${hotUpdate}: the counters`, row?.reserved, tally.granted);
      },
    },
    intoTable(insert1, job("insert"), "bench.inserted_holds"),
    intoTable(insert64, job("insert", 64), "bench.inserted_holds"),
    intoTable("naive: a trigger that locks and sums", job("naive"), "bench.naive_holds"),
    intoTable("lock, then sum, in one function", job("lockThenSum"), "bench.summed_holds"),
    ...[1, 8, 64, 256].map(reserve),
  ];
}

/** What was answered "held" is in the tables, in the counters, and nothing else is. */
export async function verifyHolds(ground: Ground, tally: Tally, before: number): Promise<void> {
  const [row] = await ground.admin`
    select (select count(*) from reservations)::int as rows,
           (select sum(reserved) from stock_levels)::int as reserved`;
  expectEqual("everything was granted", tally.granted, tally.answers);
  expectEqual("holds", row?.rows - before, tally.granted);
  expectEqual("reserved", row?.reserved - before, tally.granted);
  await expectNoDrift(ground);
}
