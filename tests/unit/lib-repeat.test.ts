import { expect, it } from "vitest";
import { DatabaseError, DatabaseUnavailable, type Unavailability } from "@/lib/supabase/database-error";
import { type Attempts, IF_IDEMPOTENT, IF_ROLLED_BACK, repeatWhileUnavailable } from "@/lib/supabase/repeat";

/** Calls that fail with these, one after the other, and then succeed; the clock moves by `takes` with each. */
async function run(failures: Error[], attempts: Attempts, { takes = 0, random = 1 } = {}) {
  let now = 0;
  let tried = 0;
  const pauses: number[] = [];
  const call = async () => {
    now += takes;
    const failure = failures[tried++];
    if (failure) throw failure;
    return "answer";
  };
  const sleep = async (milliseconds: number) => {
    pauses.push(milliseconds);
    now += milliseconds;
  };
  const outcome = await repeatWhileUnavailable(call, attempts, {
    now: () => now,
    random: () => random,
    sleep,
  }).catch((error: Error) => error);
  return { outcome, tried, pauses };
}

const unavailable = (why: Unavailability) => new DatabaseUnavailable(why, why);
const times = (count: number, why: Unavailability) => Array.from({ length: count }, () => unavailable(why));

it.each<[Unavailability, Attempts, number]>([
  ["contended", IF_ROLLED_BACK, 4],
  ["locked", IF_ROLLED_BACK, 2],
  ["lost", IF_ROLLED_BACK, 1],
  ["down", IF_ROLLED_BACK, 1],
  ["contended", IF_IDEMPOTENT, 4],
  ["locked", IF_IDEMPOTENT, 2],
  ["lost", IF_IDEMPOTENT, 2],
  ["down", IF_IDEMPOTENT, 1],
])("%s is tried so often and then given up (%o: %i)", async (why, attempts, most) => {
  const givenUp = await run(times(9, why), attempts);
  expect(givenUp).toMatchObject({ outcome: { why }, tried: most });
  const saved = await run(times(most - 1, why), attempts);
  expect(saved).toMatchObject({ outcome: "answer", tried: most });
});

it("a bug is not tried again", async () => {
  const bug = new DatabaseError("m", "23514");
  expect(await run([bug], IF_IDEMPOTENT)).toMatchObject({ outcome: bug, tried: 1 });
});

it("pauses double, and are jittered between half and all", async () => {
  expect((await run(times(3, "contended"), IF_ROLLED_BACK, { random: 1 })).pauses).toEqual([25, 50, 100]);
  expect((await run(times(3, "contended"), IF_ROLLED_BACK, { random: 0 })).pauses).toEqual([12.5, 25, 50]);
});

it("nothing is begun after four seconds", async () => {
  expect((await run(times(3, "contended"), IF_ROLLED_BACK, { takes: 3_000 })).tried).toBe(2);
  expect((await run(times(3, "locked"), IF_ROLLED_BACK, { takes: 4_000 })).tried).toBe(1);
});
