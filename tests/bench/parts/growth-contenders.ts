import type { Tally } from "../clients/crew.ts";
import type { Job } from "../clients/jobs.ts";
import type { Ground } from "../ground/ground.ts";
import { setOnHand, undo } from "../ground/load.ts";
import { countHolds, expectEqual, expectHeld } from "../ground/verify.ts";
import type { Contender } from "../rounds.ts";

/** A ground with many holds on its hot variant. */
export type Crowded = { ground: Ground; holds: number; state: "live" | "lapsed"; name: string };

export const operations = ["hold", "refusal", "public read"] as const;
export type Operation = (typeof operations)[number];

const clients = 8;
const plenty = 1_000_000_000;

/** What one operation on one ground is: with lapsed holds, holding is also measured where it must take units back. */
export function growthContenders(crowded: Crowded, operation: Operation): Contender[] {
  switch (operation) {
    case "hold":
      return [hold(crowded), ...(canTakeBack(crowded) ? [takeBack(crowded)] : [])];
    case "refusal":
      return [refusal(crowded)];
    case "public read":
      return [read(crowded)];
  }
}

/** A slice uses up thousands of lapsed holds. */
const canTakeBack = ({ state, holds }: Crowded) => state === "lapsed" && holds >= 100_000;

function hold(crowded: Crowded): Contender {
  return onGround(crowded, crowded.name, crowded.ground.hot, plenty, async (tally, before) => {
    await expectHeld(crowded.ground, tally, before);
  });
}

function takeBack(crowded: Crowded): Contender {
  const { ground, holds, name } = crowded;
  return onGround(crowded, `${name}, whose units are taken`, ground.hot, holds, async (tally, before) => {
    expectEqual("granted", tally.granted, tally.answers);
    const [row] = await ground.admin<{ made: number; expired: number }[]>`
      select count(*) filter (where status = 'active' and expires_at > now())::int as made,
             count(*) filter (where status = 'expired')::int as expired
      from reservations where variant_id = ${ground.hot}`;
    expectEqual("holds", row?.made, tally.granted);
    expectEqual("units taken back", row?.expired, tally.granted);
    const { holds: counted, reserved } = await countHolds(ground);
    expectEqual("holds that count", counted, before);
    expectEqual("reserved", reserved, before);
  });
}

function refusal(crowded: Crowded): Contender {
  const { ground, state, holds, name } = crowded;
  // Each of the first strangers' variants has one hold of theirs.
  const [neighbour = ""] = ground.spread.slice(1);
  const [variant, onHand] = state === "live" ? [ground.hot, holds] : [neighbour, 1];
  return onGround(crowded, name, variant, onHand, async (tally, before) => {
    expectEqual("granted", tally.granted, 0);
    const { holds: counted, reserved } = await countHolds(ground);
    expectEqual("holds", counted, before);
    expectEqual("reserved", reserved, before);
    const [row] = await ground.admin`select sum(requests)::int as requests from reservation_refusals`;
    expectEqual("refusals counted", row?.requests, tally.answers);
  });
}

function read({ ground, state, holds, name }: Crowded): Contender {
  const job: Job = { kind: "availability", variants: [ground.hot] };
  return {
    ground,
    works: [{ name, clients, job }],
    // All units are taken: by live holds, or by lapsed ones, which are looked for then.
    reset: () => setOnHand(ground, ground.hot, holds),
    verify: async ([tally]) =>
      expectEqual("seen as available", tally?.granted, state === "live" ? 0 : tally?.answers),
  };
}

/** Asks for one variant with so much of it on hand, and leaves the ground as it was. */
function onGround(
  { ground }: Crowded,
  name: string,
  variant: string,
  onHand: number,
  check: (tally: Tally, before: number) => Promise<void>,
): Contender {
  const { locationId, admin } = ground;
  let before = 0;
  let since = new Date();
  return {
    ground,
    works: [{ name, clients, job: { kind: "reserve", batch: 1, variants: [variant], locationId } }],
    reset: async () => {
      await setOnHand(ground, variant, onHand);
      before = (await countHolds(ground)).holds;
      const [row] = await admin<{ now: Date }[]>`select clock_timestamp() as now`;
      since = row?.now ?? since;
    },
    verify: async ([tally]) => {
      if (tally) await check(tally, before);
      await undo(ground, [ground.hot, variant], since);
    },
  };
}
