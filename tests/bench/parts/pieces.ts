import type { Sql } from "../clients/postgres.ts";
import { type Ground, openGround } from "../ground/ground.ts";
import { clear, strangers } from "../ground/load.ts";
import { countHolds, expectEqual, expectHeld, expectNoDrift } from "../ground/verify.ts";
import { type Contender, runRounds } from "../rounds.ts";
import type { Bench, PartReport } from "./bench.ts";
import { holdContenders, hotUpdate, minimalBy } from "./contenders.ts";

/** What is taken away, each beside all that was taken away before. */
const pieces: { name: string; without: string; counts: boolean }[] = [
  { name: "a single hold, as it is", without: "", counts: true },
  { name: "… without the trail", without: "trail", counts: true },
  { name: "… and without counting", without: "trigger", counts: false },
  { name: "… and without CHECKs", without: "checks", counts: false },
  { name: "… and without the shopper's row", without: "shopper", counts: false },
];
const floorNames = new Set([hotUpdate, minimalBy(1)]);
const emptyCall = "a call that answers and does nothing";

/** Part F: of what the time of a single hold is made, by leaving things out that a shop cannot leave out. */
export async function runPieces({ crew, options, cluster }: Bench): Promise<PartReport> {
  const grounds: Ground[] = [];
  const contenders: Contender[] = [];
  for (const [i, piece] of pieces.entries()) {
    const ground = await openGround(cluster, `bench_piece_${i}`);
    for (const { without } of pieces.slice(1, i + 1)) await leaveOut(ground.admin, without);
    await clear(ground);
    grounds.push(ground);
    contenders.push(holder(ground, piece.name, piece.counts));
  }
  const empty = await openGround(cluster, "bench_piece_empty");
  await leaveOut(empty.admin, "everything");
  grounds.push(empty);
  contenders.push({ ...holder(empty, emptyCall, false), verify: async () => {} });
  const floors = grounds
    .slice(0, 1)
    .flatMap((ground) =>
      holdContenders(ground, [ground.hot], 1).filter(({ works }) => floorNames.has(works[0]?.name ?? "")),
    );
  const group = { title: "one hot variant, 1 client", contenders: [...floors, ...contenders] };
  const results = (await runRounds(crew, [group], options)).get(group) ?? new Map();
  for (const { admin } of grounds) await admin.end();
  return {
    title: "F. What a single hold is made of",
    text: "A database of its own for each line, in which less and less of what keeps the promises is left.",
    tables: [{ title: group.title, results, reference: hotUpdate, ratioTitle: "× UPDATE" }],
    aims: [],
  };
}

function holder(ground: Ground, name: string, counts: boolean): Contender {
  const { hot, locationId, admin } = ground;
  return {
    ground,
    works: [{ name, clients: 1, job: { kind: "reserve", batch: 1, variants: [hot], locationId } }],
    reset: async () => {
      await admin`checkpoint`;
      await clear(ground);
    },
    verify: async ([tally]) => {
      if (!tally) return;
      if (!counts) return expectEqual("holds", (await countHolds(ground)).holds - strangers, tally.granted);
      await expectHeld(ground, tally, strangers);
      await expectNoDrift(ground);
    },
  };
}

async function leaveOut(admin: Sql, what: string): Promise<void> {
  if (what === "trigger") await admin`drop trigger reservations_count_insert on reservations`;
  if (what === "trail") {
    await rewrite(
      admin,
      "private.count_inserted_reservations()",
      /insert into public\.reservation_trail[\s\S]*?get diagnostics v_holds = row_count;/,
      "v_holds := v_counted;",
    );
  }
  if (what === "checks") {
    const checks = await admin<{ name: string }[]>`
      select conname as name from pg_constraint where conrelid = 'reservations'::regclass and contype = 'c'`;
    for (const { name } of checks) await admin`alter table reservations drop constraint ${admin(name)}`;
  }
  if (what === "shopper") {
    const made = /insert into public\.shoppers[\s\S]*?returning id/;
    await rewrite(admin, "private.reserve_one(jsonb)", made, "select v_shopper_id as id");
  }
  if (what === "everything") {
    const answer = `'{"answers": [{"outcome": "held"}]}'::json`;
    await rewrite(admin, "public.reserve_stock(jsonb)", /v_answer := [^;]*;/, `v_answer := ${answer};`);
  }
}

async function rewrite(admin: Sql, signature: string, from: RegExp, to: string): Promise<void> {
  const [row] = await admin<
    { source: string }[]
  >`select pg_get_functiondef(${signature}::regprocedure) as source`;
  const source = row?.source ?? "";
  if (!from.test(source)) throw new Error(`${signature} is no longer what part F takes apart`);
  await admin.unsafe(source.replace(from, () => to));
}
