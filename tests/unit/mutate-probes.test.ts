import { expect, test } from "vitest";
import type { Mutant } from "../mutate/mutant.ts";
import { probesOf, reachedIn } from "../mutate/probes.ts";
import { mutateFunction } from "../mutate/sql/functions.ts";
import { mutateConstraint, mutateTrigger } from "../mutate/sql/tables.ts";

/** What the probes of these mutants make of the definition, without the tools. */
const instrumented = (mutants: Mutant[]) =>
  probesOf(mutants).split("grant execute on all functions in schema mutant to public;").at(-1)?.trim();

const functionOf = (body: string) => ({
  ...{ name: "public.f", body },
  definition: `CREATE FUNCTION public.f()\n LANGUAGE plpgsql\nAS $function$${body}$function$`,
});
const bodyOf = (body: string) =>
  instrumented(mutateFunction(functionOf(body)))?.replace(/[\s\S]*\$function\$([\s\S]*)\$function\$;/, "$1");

test("a condition and its parts tell where they differ from the fault, one inside of the other", () => {
  expect(bodyOf("begin if a and (b or c) then d; end if; end")).toBe(
    "begin if mutant.seen(mutant.seen(mutant.seen(a, true, 2) and mutant.seen((mutant.seen(b, false, 4) or " +
      "mutant.seen(c, false, 5)), true, 3), true, 0), false, 1) then d; end if; end",
  );
});

test("what is no condition tells that its function was called", () => {
  expect(bodyOf("begin perform 1 from a for update; end")).toBe(
    "begin perform mutant.reached(0); perform 1 from a for update; end",
  );
});

test("a full join has to keep its condition, and DISTINCT ON is none", () => {
  expect(bodyOf("begin select distinct on (a) b from c full join d on e = f; end")).toBe(
    "begin perform mutant.reached(0); select distinct on (a) b from c full join d on e = f; end",
  );
});

test("a CHECK tells what it refuses, and a trigger when it would fire", () => {
  const check = { table: "public.t", name: "c", definition: "CHECK ((a > 0))", type: "check" } as const;
  expect(instrumented(mutateConstraint(check))).toBe(
    "alter table public.t drop constraint c, add constraint c CHECK (mutant.seen((a > 0), true, 0));",
  );
  const definition =
    "CREATE TRIGGER g BEFORE UPDATE ON public.t FOR EACH ROW WHEN (a) EXECUTE FUNCTION f('x')";
  const trigger = mutateTrigger({ table: "public.t", name: "g", definition });
  expect(instrumented(trigger)?.split("\n")).toEqual([
    "CREATE TRIGGER a_mutant_0 BEFORE UPDATE ON public.t FOR EACH ROW WHEN (a) EXECUTE FUNCTION mutant.fired('0');",
    `drop trigger g on public.t; ${definition.replace("(a)", "(mutant.seen(a, true, 1))")};`,
  ]);
});

test("the log says what was come by", () => {
  expect([...reachedIn("LOG:  mutant reached 12\nCONTEXT:  x\nLOG:  mutant reached 3\n")]).toEqual([12, 3]);
});
