import type { Mutant, Spot } from "./mutant.ts";

// What a test has to come by to notice a fault: a database that behaves as the migrated one does, and writes into the
// server's log, once per session, that a condition had another value than a mutant would give it, that a function
// was called, that a trigger fired. Until then nothing that a mutant does differs from what the original does, so a
// test that never comes by cannot notice. The log does not roll back: what a refused statement came by counts too.

/** The faults' numbers are their places in the list. */
export function probesOf(mutants: Mutant[]): string {
  const probes = mutants.flatMap(({ spot }, number) => (spot ? [{ spot, number }] : []));
  const definitions = Map.groupBy(probes, ({ spot }) => `${spot.before}\0${spot.definition}`);
  return [tools, ...[...definitions.values()].flatMap(instrument)].join("\n");
}

/** The numbers of the faults that were come by, in a part of the server's log. */
export const reachedIn = (log: string): Set<number> =>
  new Set([...log.matchAll(/mutant reached (\d+)/g)].map(([, number]) => Number(number)));

const tools = `
create schema mutant;
create function mutant.reached(p_number integer) returns void language plpgsql volatile as $$
begin
  if current_setting('mutant.reached_' || p_number, true) is distinct from 'yes' then
    perform set_config('mutant.reached_' || p_number, 'yes', false);
    raise log 'mutant reached %', p_number;
  end if;
end $$;
create function mutant.seen(p_value boolean, p_other boolean, p_number integer)
returns boolean language plpgsql volatile as $$
begin
  if p_value is distinct from p_other and current_setting('mutant.reached_' || p_number, true) is distinct from 'yes' then
    perform mutant.reached(p_number);
  end if;
  return p_value;
end $$;
create function mutant.fired() returns trigger language plpgsql volatile as $$
begin
  perform mutant.reached(tg_argv[0]::integer);
  return coalesce(new, old);
end $$;
grant usage on schema mutant to public;
grant execute on all functions in schema mutant to public;`;

type Probe = { spot: Spot; number: number };
type Insertion = { at: number; text: string; isClose: boolean; width: number };

/** One definition with all of its probes: conditions stand inside of each other. */
function instrument(probes: Probe[]): string[] {
  const [{ spot: first } = {}] = probes;
  if (!first) return [];
  const triggers = probes.filter(({ spot }) => spot.kind === "trigger");
  const insertions = probes.flatMap(insertionsOf);
  // At one place what ends there goes first, the narrow before the wide; then what begins there, the wide first.
  insertions.sort(
    (a, b) =>
      a.at - b.at ||
      Number(b.isClose) - Number(a.isClose) ||
      (a.isClose ? a.width - b.width : b.width - a.width),
  );
  let text = "";
  let from = 0;
  for (const { at, text: inserted } of insertions) {
    text += first.definition.slice(from, at) + inserted;
    from = at;
  }
  const whole = insertions.length > 0 ? [`${first.before}${text}${first.definition.slice(from)};`] : [];
  return [...whole, ...triggers.map(triggerOf)];
}

function insertionsOf({ spot, number }: Probe): Insertion[] {
  if (spot.kind === "trigger") return [];
  if (spot.kind === "call") {
    return [{ at: spot.from, text: ` perform mutant.reached(${number});`, isClose: false, width: 0 }];
  }
  const width = spot.to - spot.from;
  return [
    { at: spot.from, text: "mutant.seen(", isClose: false, width },
    { at: spot.to, text: `, ${spot.value}, ${number})`, isClose: true, width },
  ];
}

/** A trigger that fires when the probed one does, just before it where both fire by name. */
function triggerOf({ spot, number }: Probe): string {
  const named = spot.definition.replace(/^(CREATE (?:CONSTRAINT )?TRIGGER) \S+/, `$1 a_mutant_${number}`);
  return `${named.replace(/EXECUTE FUNCTION [\s\S]*$/, `EXECUTE FUNCTION mutant.fired('${number}')`)};`;
}
