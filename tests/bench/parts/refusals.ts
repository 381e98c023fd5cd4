import type { Tally } from "../clients/crew.ts";
import type { HoldJob } from "../clients/jobs.ts";
import { type Ground, openGround } from "../ground/ground.ts";
import { clear, load, quietly, setOnHand, strangers } from "../ground/load.ts";
import { countHolds, expectEqual, expectNoDrift } from "../ground/verify.ts";
import { ratioOf, whole } from "../report/tables.ts";
import { type Contender, runRounds } from "../rounds.ts";
import type { Bench, PartReport } from "./bench.ts";
import { batchesOf, contractBy, naive } from "./contenders.ts";

const held = 1000;
const emptyCall = "a call that only says no";

/** Part C: a crowd before an empty shelf. All units of the variant are held by others, one each. */
export async function runRefusals({ crew, options, cluster }: Bench): Promise<PartReport> {
  const ground = await openGround(cluster, "bench_refusals");
  const { admin } = ground;
  await clear(ground);
  await load(ground, { holds: held, state: "live", variants: [ground.hot] });
  await setOnHand(ground, ground.hot, held);
  await quietly(admin, async (sql) => {
    await sql`insert into bench.naive_holds select * from reservations`;
    await sql`update bench.naive_products set on_hand = ${held} where variant_id = ${ground.hot}`;
    await sql`insert into bench.minimal_holds select * from reservations`;
    await sql`update bench.minimal_levels as m set on_hand = s.on_hand, reserved = s.reserved, next_expiry_at = s.next_expiry_at
      from stock_levels as s where s.variant_id = m.variant_id and s.location_id = m.location_id`;
  });
  await admin`vacuum analyze reservations`;
  await admin`vacuum analyze bench.naive_holds`;
  await admin`checkpoint`;

  const groups = [8, 64].map((clients) => ({
    title: `refusals, ${clients} clients`,
    clients,
    contenders: refusers(ground, clients),
  }));
  const results = await runRounds(crew, groups, options);
  await expectNoDrift(ground);
  await admin.end();
  const rateOf = (group: (typeof groups)[number], name: string) =>
    ratioOf(results.get(group) ?? new Map(), name, naive).median;
  return {
    title: "C. Refusals",
    text: `One variant whose ${whole(held)} units are all held, one each; the answer to every request is that there is none.`,
    tables: [...results].map(([{ title }, found]) => ({
      title,
      results: found,
      reference: naive,
      ratioTitle: "× naive",
    })),
    aims: groups.flatMap((group) =>
      [1, 64].map((size) => ({
        aim: `Refusals in batches of ${size}, of the naive design's (${group.clients} clients)`,
        wanted: { atLeast: 5, unit: "×" },
        found: rateOf(group, batchesOf(size)),
        ...(size === 1 && {
          floors: [{ what: "with the contract", found: rateOf(group, contractBy(1)) }],
        }),
      })),
    ),
  };
}

function refusers(ground: Ground, clients: number): Contender[] {
  const { admin, hot, locationId } = ground;
  const refuser = (
    name: string,
    of: Pick<HoldJob, "kind" | "batch">,
    check: (tally: Tally) => Promise<void>,
  ) => ({
    ground,
    works: [{ name, clients, job: { ...of, variants: [hot], locationId } }],
    reset: async () => {
      await admin`truncate new_refusals, kept_refusals, bench.contract_refusals`;
    },
    verify: async ([tally]: Tally[]) => {
      if (!tally) return;
      expectEqual("granted", tally.granted, 0);
      await check(tally);
    },
  });
  return [
    refuser(naive, { kind: "naive", batch: 1 }, async () => {
      const [row] = await admin`select count(*)::int as holds from bench.naive_holds`;
      expectEqual("holds", row?.holds, strangers + held);
    }),
    refuser(emptyCall, { kind: "refuse", batch: 1 }, async () => {}),
    refuser(contractBy(1), { kind: "contract", batch: 1 }, async (tally) => {
      const [row] = await admin`select sum(requests)::int as requests from bench.contract_refusals`;
      expectEqual("refusals counted", row?.requests, tally.answers);
    }),
    ...[1, 8, 64, 256].map((batch) =>
      refuser(batchesOf(batch), { kind: "reserve", batch }, async (tally) => {
        const { holds, reserved } = await countHolds(ground);
        expectEqual("holds", holds, strangers + held);
        expectEqual("reserved", reserved, strangers + held);
        const [row] = await admin`select sum(requests)::int as requests from reservation_refusals`;
        expectEqual("refusals counted", row?.requests, tally.answers);
      }),
    ),
  ];
}
