import type { Tally } from "../clients/crew.ts";
import type { Job } from "../clients/jobs.ts";
import type { Ground } from "../ground/ground.ts";
import { quietly, undo } from "../ground/load.ts";
import { countHolds, expectEqual } from "../ground/verify.ts";
import type { Contender, Work } from "../rounds.ts";

/** How many holds a batch of the sweep marks at most. */
export const limits = [500, 100] as const;
type Limit = (typeof limits)[number];

/** Where the others hold while the sweep works on the hot variant. */
export const places = ["others", "same"] as const;
type Place = (typeof places)[number];

export const holders = {
  others: "holding others, no sweep",
  same: "holding the same, no sweep",
};

/** The rows of a sweep and of those who hold meanwhile. */
export const sweepers = (place: Place, limit: Limit) => ({
  sweep: `sweep by ${limit}, while others hold ${place === "others" ? "others" : "the same"}`,
  hold: `holding ${place === "others" ? "others" : "the same"}, sweep by ${limit}`,
});

/** The same with what no sweep that counts and leaves its trail can be faster than. */
export const leastSweepers = (place?: Place) => ({
  sweep: `the least sweep by ${limits[0]}, ${place ? `while others hold ${place === "others" ? "others" : "the same"}` : "alone"}`,
  hold: `holding ${place === "others" ? "others" : "the same"}, the least sweep by ${limits[0]}`,
});

export function sweepContenders(ground: Ground, backlog: number, pause: number): Contender[] {
  const { admin, locationId } = ground;
  const variants = { others: ground.spread, same: [ground.hot] };
  const holding = (name: string, place: Place): Work => ({
    name,
    clients: 8,
    job: { kind: "reserve", batch: 1, variants: variants[place], locationId },
  });
  const sweeping = (name: string, limit: Limit): Work => ({
    name,
    clients: 1,
    job: { kind: "sweep", limit, pause } satisfies Job,
  });
  const updating = (name: string): Work => ({
    name,
    clients: 1,
    job: { kind: "leastSweep", limit: limits[0], pause, variant: ground.hot, locationId },
  });

  const contender = (...works: Work[]): Contender => {
    let before = 0;
    let since = new Date();
    return {
      ground,
      works,
      reset: async () => {
        before = (await countHolds(ground)).holds;
        const [row] = await admin<{ now: Date }[]>`select clock_timestamp() as now`;
        since = row?.now ?? since;
      },
      verify: async (tallies) => {
        await verify(ground, backlog, before, sum(works, tallies));
        await undo(ground, [ground.hot, ...ground.spread], since);
        await resetLeast(ground);
        await admin`vacuum reservations`;
        await admin`vacuum bench.lapsed_holds`;
      },
    };
  };

  return [
    ...places.map((place) => contender(holding(holders[place], place))),
    ...limits.map((limit) => contender(sweeping(`sweep by ${limit}, alone`, limit))),
    ...places.flatMap((place) =>
      limits.map((limit) => {
        const names = sweepers(place, limit);
        return contender(holding(names.hold, place), sweeping(names.sweep, limit));
      }),
    ),
    contender(updating(leastSweepers().sweep)),
    ...places.map((place) => {
      const names = leastSweepers(place);
      return contender(holding(names.hold, place), updating(names.sweep));
    }),
  ];
}

/** The copy of the holds that the least sweep works on: as they were, with their counters. */
export async function resetLeast({ admin }: Ground): Promise<void> {
  await quietly(admin, async (sql) => {
    await sql`truncate bench.minimal_trail`;
    await sql`update bench.lapsed_holds set status = 'active', ended_at = null where status = 'expired'`;
    await sql`update bench.minimal_levels as m set on_hand = s.on_hand, reserved = s.reserved
      from stock_levels as s where s.variant_id = m.variant_id and s.location_id = m.location_id`;
  });
}

type Sums = { held: number; swept: number; updated: number };

function sum(works: Work[], tallies: Tally[]): Sums {
  const sums = { held: 0, swept: 0, updated: 0 };
  const counts = { sweep: "swept", leastSweep: "updated" } as const;
  for (const [i, { job }] of works.entries()) {
    const { granted = 0, answers = 0 } = tallies[i] ?? {};
    expectEqual("granted", granted, answers);
    sums[job.kind in counts ? counts[job.kind as keyof typeof counts] : "held"] += granted;
  }
  return sums;
}

async function verify(ground: Ground, backlog: number, before: number, sums: Sums): Promise<void> {
  const { held, swept, updated } = sums;
  const { holds, reserved } = await countHolds(ground);
  expectEqual("holds", holds, before + held - swept);
  expectEqual("reserved", reserved, holds);
  const [row] = await ground.admin<{ expired: number }[]>`
    select count(*)::int as expired from reservations where status = 'expired'`;
  expectEqual("expired", row?.expired, swept);
  const [bare] = await ground.admin<{ updated: number }[]>`
    select count(*)::int as updated from bench.lapsed_holds where status = 'expired'`;
  expectEqual("updated", bare?.updated, updated);
  if (Math.max(swept, updated) >= backlog)
    throw new Error("The backlog was swept before the slice was over: take shorter slices.");
}
