import { setTimeout as sleep } from "node:timers/promises";
import { type Ground, openGround } from "./ground.ts";
import type { StormOptions } from "./options.ts";
import { payFor } from "./pay.ts";
import { createShopper, type Outcome, type Shopper } from "./shopper.ts";
import { createTally } from "./tally.ts";
import { type Count, type Finding, lost, oversold, refusals, unhindered, type Verdict } from "./verdict.ts";

type Say = (line: string) => void;
type Step = { outcomes: Outcome[]; refused: number };

/**
 * Races real HTTP shoppers for the last units of a variant, lets them change their minds, waits until holds run out
 * and pays, where that is asked, gives everything back, and says what it saw. Throws a `Problem` when it cannot begin.
 */
export async function runStorm(options: StormOptions, say: Say): Promise<Verdict> {
  const ground = await openGround(options);
  try {
    return await storm(ground, options, say);
  } finally {
    await ground.leave();
  }
}

async function storm(ground: Ground, options: StormOptions, say: Say): Promise<Verdict> {
  const { buyers, stock } = options;
  const tally = createTally();
  const shoppers = Array.from({ length: buyers }, () => createShopper(options.url, tally));
  const counts: Count[] = [];
  const left: { when: string; units: number; refused: number }[] = [];
  const missing: { what: string; units: number }[] = [];
  const findings: Finding[] = [];
  let limited = 0;
  let sold = 0;

  const all = async (who: Shopper[], act: (shopper: Shopper) => Promise<Outcome>): Promise<Step> => {
    const outcomes = await Promise.all(who.map(act));
    limited += outcomes.filter((outcome) => outcome === "limited").length;
    return { outcomes, refused: outcomes.filter((outcome) => outcome === "refused").length };
  };
  const holders = () => shoppers.filter((shopper) => shopper.promised() > 0);
  const others = () => shoppers.filter((shopper) => shopper.promised() === 0);
  /** Counts what was promised, what the carts show, and what the tables say: all three have to fit. */
  const count = async (when: string, refused: number, isContested: boolean): Promise<number> => {
    const promised = holders().reduce((sum, shopper) => sum + shopper.promised(), 0);
    counts.push({ when: `${when}, by what was promised`, stock, held: promised, sold });
    const carts = await Promise.all(holders().map((shopper) => shopper.cart(ground.variantId)));
    const inCarts = carts.reduce((sum, cart) => sum + (cart?.units ?? 0), 0);
    missing.push({ what: `${when}, promised and not in the cart`, units: promised - inCarts });
    const truth = await ground.truth();
    if (truth) {
      counts.push({ when: `${when}, by the tables`, stock: truth.onHand + sold, held: truth.reserved, sold });
      missing.push({ what: `${when}, in carts and not in the tables`, units: inCarts - truth.held });
    }
    if (isContested) left.push({ when, units: stock - sold - promised, refused });
    say(`  ${promised} of ${stock - sold} units held, ${refused} refused`);
    return promised;
  };

  say(`${buyers} shoppers arrive`);
  await all(shoppers, (shopper) => shopper.arrive());

  say(`All at once for ${stock} units`);
  const race = await all(shoppers, (shopper) => shopper.reserve(ground.variantId));
  await count("after the race", race.refused, true);

  say("Holders extend, want more, change their minds; the others try again");
  await all(shoppers, (shopper) => changeMind(shopper, shoppers.indexOf(shopper), ground.variantId));
  const again = await all(others(), (shopper) => shopper.reserve(ground.variantId));
  await count("after everybody tried again", again.refused, true);

  if (options.waitExpiry) findings.push(await waitForExpiry());
  if (options.pay > 0) findings.push(await payments());

  say("Everybody gives back, some twice");
  await all(shoppers, (shopper) => shopper.release());
  await all(shoppers.slice(0, 20), (shopper) => shopper.release());
  await count("after all was given back", 0, false);
  const { units, atLeast } = await ground.available();
  const due = stock - sold;
  const back = atLeast ? Math.min(due - units, 0) || (units > due ? units - due : 0) : due - units;
  missing.push({ what: "available at the end", units: back });
  const truth = await ground.truth();
  if (truth) {
    missing.push({ what: "on hand at the end", units: stock - sold - truth.onHand });
    missing.push({ what: "still reserved at the end", units: truth.reserved });
    findings.push({
      name: "consistent",
      passed: truth.findings === 0,
      says: `${truth.findings} findings of the consistency check`,
    });
  }
  const passing = [
    oversold(counts),
    lost(missing),
    refusals(shoppers, left),
    ...findings,
    unhindered(limited),
  ];
  return { findings: passing, latencies: tally.rows(), passed: passing.every(({ passed }) => passed) };

  async function waitForExpiry(): Promise<Finding> {
    say("Holds run out");
    const isShort = await ground.holdFor(5);
    if (isShort) {
      await all(holders(), (shopper) => shopper.release());
      await all(shoppers.slice(0, stock), (shopper) => shopper.reserve(ground.variantId));
    }
    const late = holders();
    const carts = await Promise.all(late.map((shopper) => shopper.cart(ground.variantId)));
    const waits = carts.map((cart) =>
      cart?.expiresAt ? Date.parse(cart.expiresAt) - Date.parse(cart.serverNow) : 0,
    );
    const wait = Math.max(0, ...waits) + 500;
    say(`  the last in ${Math.ceil(wait / 1000)} s`);
    await sleep(wait);
    if (isShort) await ground.holdFor(null);
    const shown = await Promise.all(late.map((shopper) => shopper.cart(ground.variantId)));
    const kept = shown.reduce((sum, cart) => sum + (cart?.units ?? 0), 0);
    const rush = await all(others(), (shopper) => shopper.reserve(ground.variantId));
    const taken = rush.outcomes.filter((outcome) => outcome === "held").length;
    const wanted = Math.min(stock, rush.outcomes.length);
    for (const shopper of late) await shopper.release();
    return {
      name: "expiry",
      passed: kept === 0 && taken === wanted,
      says: `${kept} units still in carts after their time; ${taken} of ${wanted} taken again at once, without a sweep`,
    };
  }

  async function payments(): Promise<Finding> {
    say(`${options.pay} pay`);
    const before = await ground.truth();
    const paying = holders().slice(0, options.pay);
    const paid = await Promise.all(
      paying.map(async (shopper) => ({ units: shopper.promised(), ...(await payFor(shopper)) })),
    );
    const orders = paid.filter(({ isSold }) => isSold);
    const units = orders.reduce((sum, order) => sum + order.units, 0);
    sold += units;
    const after = await ground.truth();
    const left = before && after ? before.onHand - after.onHand : units;
    const stories = paid.filter(({ isSold }) => !isSold).map(({ story }) => story);
    return {
      name: "orders",
      passed: orders.length === options.pay && left === units,
      says: [
        `${orders.length} of ${options.pay} paid orders sold, with ${units} units, and ${left} units left the shelf`,
        ...stories.slice(0, 3),
      ].join("; "),
    };
  }
}

/** What people do with a hold; whoever has none tries again. */
function changeMind(shopper: Shopper, nth: number, variantId: string): Promise<Outcome> {
  if (shopper.promised() === 0) return shopper.reserve(variantId);
  const minds = [
    shopper.extend,
    () => shopper.setQuantity(2),
    shopper.release,
    () => shopper.reserve(variantId),
  ];
  return (minds[nth % minds.length] ?? shopper.extend)();
}
