import { createVariant, newShopper } from "../support/shop.ts";
import { ask } from "./ask.ts";
import { type Buyer, comeBack, startBuyer } from "./buyers.ts";
import { createPostman, type Delivered } from "./deliveries.ts";
import { closeTooEarly, drawFates, type Fate, meetFate } from "./fates.ts";
import { type Ground, inCrowd, type Options, seeded, shuffled } from "./ground.ts";
import { judge, type Verdict } from "./verdict.ts";

export type Report = Verdict &
  Delivered & {
    fates: Partial<Record<Fate, number>>;
    /** How many paid what they must get back, however the rest meets: too little, or for a unit that is gone. */
    owedBack: number;
    /** Judges once more, for whoever changed something since. */
    judgeAgain: () => Promise<Verdict>;
  };

/**
 * Every how many-th buyer wants the variant of which nothing is left once its windows are over, but what others give
 * back; and every how many-th of those who pay late the one of which nothing is left at all.
 */
const SCARCE = 3;

/**
 * Many pay, are told of it many times over and in no order, come back, and are swept meanwhile; some were given up
 * before, and the units of some of those are gone. Whoever paid has one sale or one refund at the end.
 */
export async function runPaymentStorm(ground: Ground, options: Options): Promise<Report> {
  const { payments, deliveries, seed, say } = options;
  const random = seeded(seed);
  const scarce = await createVariant(ground.sql, payments);
  const plenty = await createVariant(ground.sql, payments * 4);
  const gone = await createVariant(ground.sql, payments);
  const before = new Map([
    [scarce, payments],
    [plenty, payments * 4],
    [gone, payments],
  ]);
  const fateOf = drawFates(payments, random);
  const latecomers = [...fateOf.keys()].filter((n) => fateOf[n] === "late");
  const wantGone = new Set(latecomers.filter((_, nth) => nth % SCARCE === 0));
  const wishOf = (n: number): [variantId: string, quantity: number] => {
    if (wantGone.has(n)) return [gone, 1];
    return n % SCARCE === 0 ? [scarce, 1] : [plenty, 1 + (n % 2)];
  };

  say(`${payments} buyers hold and start to pay`);
  const buyers = await inCrowd(fateOf, (_, n) => startBuyer(ground, n, ...wishOf(n)));
  const withFate = (fate: Fate) => buyers.filter((_, n) => fateOf[n] === fate);
  say("Some windows end too early, and others take the units");
  for (const buyer of withFate("late")) await closeTooEarly(ground, buyer);
  for (const variantId of [scarce, gone]) await takeTheRest(ground, variantId);

  say("Stripe has its say");
  await inCrowd(buyers, (buyer, n) => meetFate(ground, buyer, fateOf[n] as Fate));
  const postman = createPostman(ground, random, { say });
  await Promise.all([
    postman.deliver(deliveries),
    someComeBack(ground, shuffled(buyers, random).slice(0, payments / 10)),
    sweep(ground),
  ]);
  say("Refunds are worked off, and told of");
  do await sweep(ground);
  while ((await postman.deliver()) > 0 || (await isRefunding(ground)));

  const counts: Partial<Record<Fate, number>> = {};
  for (const fate of fateOf) counts[fate] = (counts[fate] ?? 0) + 1;
  const judgeAgain = () => judge(ground, before);
  const owedBack = wantGone.size + (counts["a cent less"] ?? 0);
  return { ...(await judgeAgain()), ...postman.total, fates: counts, owedBack, judgeAgain };
}

/** Nothing of a variant is left but what is held: late payments for it find their units gone, or what was given back. */
async function takeTheRest({ sql }: Ground, variantId: string): Promise<void> {
  await sql`update store_settings set max_units_per_line = 100000, max_units_per_variant = 100000, max_units_per_shopper = 100000`;
  await sql`select reserve_stock(jsonb_build_array(jsonb_build_object('shopperId', ${newShopper()}::text,
    'mode', 'partial', 'lines', jsonb_build_array(jsonb_build_object('variantId', ${variantId}::text, 'quantity', 99999)))))`;
}

/** As in life, they come back while Stripe tells of them. Whoever did not pay is told so. */
async function someComeBack(ground: Ground, buyers: Buyer[]): Promise<void> {
  await inCrowd(buyers, (buyer) => comeBack(ground, buyer), 4);
}

async function sweep({ url, cronSecret }: Ground): Promise<void> {
  const headers = { Authorization: `Bearer ${cronSecret}` };
  const response = await ask(`${url}/api/cron/cleanup-reservations`, { headers });
  if (!response.ok) throw new Error(`sweep: ${response.status} ${await response.text()}`);
}

async function isRefunding({ sql }: Ground): Promise<boolean> {
  const rows = await sql`select from refunds where status <> 'succeeded' limit 1`;
  return rows.length > 0;
}
