import { openGround } from "../ground/ground.ts";
import { clear } from "../ground/load.ts";
import type { Aim } from "../report/aims.ts";
import { ratioOf } from "../report/tables.ts";
import { type Results, runRounds } from "../rounds.ts";
import type { Bench, PartReport } from "./bench.ts";
import { batchesOf, contractBy, holdContenders, hotUpdate, insert64, minimalBy } from "./contenders.ts";
import { redisContenders } from "./redis-contenders.ts";

/** Part A: taking holds, of one variant that everybody wants and of 10,000. */
export async function runHolds(bench: Bench): Promise<PartReport> {
  const { crew, options } = bench;
  const ground = await openGround(bench.cluster, "bench_holds");
  await clear(ground);
  const hot = options.clients.map((clients) => group("one hot variant", [ground.hot], clients));
  const spreadClients = options.quick ? options.clients.filter((count) => count === 8) : options.clients;
  const spread = spreadClients.map((clients) => group("10,000 variants", ground.spread, clients));
  const results = await runRounds(crew, [...hot, ...spread], options);
  await ground.admin.end();
  return {
    title: "A. Taking holds",
    text: "Every request comes from a guest that nobody has seen before and asks for one unit.",
    tables: [...results].map(([{ title }, found]) => ({
      title,
      results: found,
      reference: hotUpdate,
      ratioTitle: "× UPDATE",
    })),
    aims: hot.flatMap(({ title }, i) => {
      const found = results.get(hot[i] ?? { title, contenders: [] });
      return found ? aimsOf(title, found) : [];
    }),
  };

  function group(name: string, variants: string[], clients: number) {
    return {
      title: `${name}, ${clients} ${clients === 1 ? "client" : "clients"}`,
      contenders: [
        ...holdContenders(ground, variants, clients),
        ...redisContenders(bench.redis, ground, { variants, clients }),
      ],
    };
  }
}

function aimsOf(title: string, results: Results): Aim[] {
  const rate = (name: string, reference: string) => ratioOf(results, name, reference).median;
  const floors = (size: number, reference: string) => [
    { what: "the least", found: rate(minimalBy(size), reference) },
    { what: "with the contract", found: rate(contractBy(size), reference) },
  ];
  const place = title.replace("one hot variant, ", "");
  return [
    {
      aim: `A single call, of the bare one-row UPDATE (${place})`,
      wanted: { atLeast: 0.6, unit: "×" },
      found: rate(batchesOf(1), hotUpdate),
      floors: floors(1, hotUpdate),
    },
    {
      aim: `Batches of 64, of the bare one-row UPDATE (${place})`,
      wanted: { atLeast: 8, unit: "×" },
      found: rate(batchesOf(64), hotUpdate),
      floors: floors(64, hotUpdate),
    },
    {
      aim: `Batches of 64, of the bare 64-row INSERT (${place})`,
      wanted: { atLeast: 0.4, unit: "×" },
      found: rate(batchesOf(64), insert64),
      floors: floors(64, insert64),
    },
  ];
}
