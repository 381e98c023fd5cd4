import fc from "fast-check";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type Keyed, newKey } from "../support/keys.ts";
import { createVariant, expectConsistent, must, newShopper, reserveBatch, stockOf } from "../support/shop.ts";

// A shop whose answers get lost, and where everything is sent again at any time, is like one where nothing was lost.

const db = useTestDatabase();

type Shop = { variants: string[]; shoppers: string[]; locationId: string };
type Change =
  | { kind: "reserve"; shopper: number; variant: number; quantity: number; set: boolean }
  | { kind: "set"; shopper: number; variant: number; quantity: number }
  | { kind: "release" | "extend"; shopper: number };
type Step = { change: Change } | { again: number };

const who = fc.nat(2);
const what = { shopper: who, variant: fc.nat(1), quantity: fc.integer({ min: 1, max: 4 }) };
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("reserve" as const), ...what, set: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("set" as const), ...what }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("release" as const, "extend" as const), shopper: who }),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(fc.record({ change }), fc.record({ again: fc.nat(30) }));

async function openShop(): Promise<Shop> {
  const variants = [await createVariant(db.sql, 5), await createVariant(db.sql, 2)];
  return { variants, shoppers: Array.from({ length: 3 }, newShopper), locationId: "" };
}

/** Which hold a wish is about: the shopper's active one of the variant, or none that there is. */
async function holdOf({ shoppers, variants }: Shop, wish: Change): Promise<string> {
  const shopperId = must(shoppers[wish.shopper]);
  if (wish.kind !== "set") return shopperId;
  const [row] = await db.sql<{ id: string }[]>`select id from reservations
    where shopper_id = ${shopperId} and status = 'active' and variant_id = ${must(variants[wish.variant])}`;
  return row?.id ?? shopperId;
}

/** Makes a change, and answers what was said, with no clock in it. */
async function make(
  { shoppers, variants }: Shop,
  wish: Change,
  holdId: string,
  keyed: Partial<Keyed>,
): Promise<unknown> {
  const shopperId = must(shoppers[wish.shopper]);
  const { idempotencyKey = null, bodyHash = null } = keyed;
  if (wish.kind === "reserve") {
    const lines = [{ variantId: must(variants[wish.variant]), quantity: wish.quantity }];
    const way = wish.set ? { quantityMode: "set" as const } : {};
    return (await reserveBatch(db.sql, [{ shopperId, lines, ...way, ...keyed }]))[0];
  }
  if (wish.kind === "set") {
    const [row] = await db.sql`
      select set_reservation_quantity(${shopperId}, ${holdId}, ${wish.quantity}, ${idempotencyKey}, ${bodyHash})
        - 'serverNow' as answer`;
    return must(row).answer;
  }
  const [row] =
    wish.kind === "release"
      ? await db.sql`select release_reservations(${shopperId}, null, 'partial', ${idempotencyKey}, ${bodyHash})
          - 'serverNow' as answer`
      : await db.sql`select extend_reservations(${shopperId}, null, 'partial', ${idempotencyKey}, ${bodyHash})
          - 'serverNow' as answer`;
  return must(row).answer;
}

/** What is held, in names that both shops share, and what was told apart in the trail. */
async function stateOf({ shoppers, variants }: Shop) {
  const rows = await db.sql<{ shopper_id: string; variant_id: string; quantity: number }[]>`
    select shopper_id, variant_id, quantity from reservations
    where status = 'active' and variant_id = any (${variants}::uuid[])`;
  const held = rows.map(
    (row) => `${shoppers.indexOf(row.shopper_id)} ${variants.indexOf(row.variant_id)} ${row.quantity}`,
  );
  const [trail] = await db.sql`select count(*)::int as rows from reservation_trail
    where variant_id = any (${variants}::uuid[])`;
  return { held: held.toSorted(), trail: must(trail).rows };
}

/** An answer without ids and instants. */
const plain = (answer: unknown) =>
  JSON.parse(
    JSON.stringify(answer, (name, value) =>
      /(Id|Ids|At|Now)$/.test(name) && typeof value !== "number" ? typeof value : value,
    ),
  );

test("a history in which anything is sent again at any time comes to the same as one without repetitions", async () => {
  let repeated = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const [flaky, calm] = [await openShop(), await openShop()];
      const sent: { wish: Change; keyed: Keyed; holdId: string; kept: unknown }[] = [];
      for (const one of steps) {
        const before = await stateOf(calm);
        const known = "again" in one ? sent[one.again % Math.max(sent.length, 1)] : undefined;
        if ("again" in one && !known) continue;
        const wish = "change" in one ? one.change : must(known).wish;
        const keyed = known?.keyed ?? newKey(JSON.stringify(wish));
        // What is sent again is what was sent, about the hold that it was about.
        const holdId = known?.kept === undefined ? await holdOf(flaky, wish) : known.holdId;
        const answer = await make(flaky, wish, holdId, keyed);
        if (known && known.kept !== undefined) {
          repeated++;
          expect(answer).toEqual(known.kept);
        } else {
          const calmAnswer = await make(calm, wish, await holdOf(calm, wish), {});
          expect(plain(answer)).toEqual(plain(calmAnswer));
          const hasChanged = (await stateOf(calm)).trail !== before.trail;
          const kept = hasChanged ? answer : undefined;
          if (known) Object.assign(known, { holdId, kept });
          else sent.push({ wish, keyed, holdId, kept });
        }
        expect(await stateOf(flaky)).toEqual(await stateOf(calm));
      }
      for (const [n, id] of flaky.variants.entries()) {
        expect(await stockOf(db.sql, id)).toEqual(await stockOf(db.sql, must(calm.variants[n])));
      }
    }),
    { numRuns: 40 },
  );
  expect(repeated, "answers that were given again").toBeGreaterThan(20);
  await expectConsistent(db.sql);
});
