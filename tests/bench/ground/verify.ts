import type { Tally } from "../clients/crew.ts";
import type { Ground } from "./ground.ts";

/** Ends the run: figures of a shop that promises what it has not got are worth nothing. */
export function expectEqual(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}`);
}

/** The invariants, as the database itself checks them. */
export async function expectNoDrift({ admin }: Ground): Promise<void> {
  const [row] = await admin<{ findings: unknown[] }[]>`select validate_stock_consistency() as findings`;
  expectEqual("drift", JSON.stringify(row?.findings.slice(0, 3)), "[]");
}

/** Holds that count and units that are counted, over the whole shop. */
export async function countHolds({ admin }: Ground): Promise<{ holds: number; reserved: number }> {
  const [row] = await admin<{ holds: number; reserved: number }[]>`
    select (select count(*) from reservations where status in ('active', 'paying'))::int as holds,
           (select sum(reserved) from stock_levels)::int as reserved`;
  return row ?? { holds: Number.NaN, reserved: Number.NaN };
}

/** What was answered "held" is in the tables and in the counters, once each, and nothing else is. */
export async function expectHeld(ground: Ground, { granted, answers }: Tally, before: number): Promise<void> {
  const { holds, reserved } = await countHolds(ground);
  expectEqual("granted", granted, answers);
  expectEqual("holds", holds - before, granted);
  expectEqual("reserved", reserved - before, granted);
}
