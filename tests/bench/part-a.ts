import { contendersOf, hotUpdate } from "./contenders.ts";
import type { Crew } from "./crew.ts";
import type { Ground } from "./ground.ts";
import type { Options } from "./options.ts";
import { type Group, runRounds } from "./rounds.ts";
import { resultsTable } from "./tables.ts";

/** Part A: taking holds, on one variant that everybody wants and on 10,000. */
export async function runPartA(crew: Crew, ground: Ground, options: Options): Promise<string> {
  const places = [
    { name: "one hot variant", variants: [ground.hot], clients: options.clients },
    {
      name: "10,000 variants",
      variants: ground.spread,
      clients: options.quick ? options.clients.filter((count) => count === 8) : options.clients,
    },
  ];
  const groups: Group[] = places.flatMap(({ name, variants, clients }) =>
    clients.map((count) => ({
      title: `${name}, ${count} ${count === 1 ? "client" : "clients"}`,
      clients: count,
      contenders: contendersOf(ground, variants),
    })),
  );
  const results = await runRounds(crew, ground, groups, options);
  const tables = [...results].map(
    ([group, found]) => `#### ${group.title}\n\n${resultsTable(found, hotUpdate, "× UPDATE")}`,
  );
  return `### A. Taking holds\n\n${tables.join("\n\n")}`;
}
