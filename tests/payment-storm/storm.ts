import { createVariant, newShopper } from "../support/shop.ts";
import { ask } from "./ask.ts";
import { type Buyer, comeBack, startBuyer } from "./buyers.ts";
import { createPostman, type Delivered } from "./deliveries.ts";
import { closeTooEarly, drawFate, type Fate, meetFate } from "./fates.ts";
import { type Ground, inCrowd, type Options, seeded, shuffled } from "./ground.ts";
import { judge, type Verdict } from "./verdict.ts";

export type Report = Verdict &
  Delivered & {
    fates: Partial<Record<Fate, number>>;
    /** Judges once more, for whoever changed something since. */
    judgeAgain: () => Promise<Verdict>;
  };

/** Every how many-th buyer wants the variant of which nothing is left once its windows are over. */
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
  const before = new Map([
    [scarce, payments],
    [plenty, payments * 4],
  ]);
  const fateOf = Array.from({ length: payments }, () => drawFate(random));

  say(`${payments} buyers hold and start to pay`);
  const buyers = await inCrowd(fateOf, (_, n) =>
    startBuyer(ground, n, n % SCARCE === 0 ? scarce : plenty, n % SCARCE === 0 ? 1 : 1 + (n % 2)),
  );
  const withFate = (fate: Fate) => buyers.filter((_, n) => fateOf[n] === fate);
  say("Some windows end too early, and others take the units");
  for (const buyer of withFate("late")) await closeTooEarly(ground, buyer);
  await takeTheRest(ground, scarce);

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
  return { ...(await judgeAgain()), ...postman.total, fates: counts, judgeAgain };
}

/** Nothing of a variant is left but what is held: late payments for it find their units gone. */
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
