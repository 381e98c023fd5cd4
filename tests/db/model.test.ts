import fc from "fast-check";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  extend,
  letTimePass,
  newShopper,
  type Request,
  release,
  reserveBatch,
  sweep,
} from "../support/shop.ts";
import { ShopModel } from "./model.ts";

const db = useTestDatabase();
const caps = { line: 5, shopper: 9 };

const line = fc.record({ variant: fc.nat(2), quantity: fc.integer({ min: 1, max: 6 }) });
const request = fc.record({
  shopper: fc.nat(3),
  lines: fc.array(line, { minLength: 1, maxLength: 4 }),
  mode: fc.constantFrom("all_or_nothing", "partial"),
  quantityMode: fc.constantFrom("add", "add", "set"),
});
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ reserve: fc.array(request, { minLength: 1, maxLength: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ lapse: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ release: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ extend: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ sweep: true }) },
);

/** A cart that is refused as a whole may be refused for any of its lines: without a lock not all are looked at. */
const inShort = (requests: Request[], outcomes: string[][]) =>
  outcomes.map((lines, i) =>
    requests[i]?.mode === "partial"
      ? lines
      : lines.every((outcome) => outcome === "held")
        ? "held"
        : "refused",
  );

test("whatever is asked in whatever order, the database answers by the book and counts every unit once", async () => {
  await db.sql`update store_settings set max_units_per_line = ${caps.line},
    max_units_per_variant = ${caps.line}, max_units_per_shopper = ${caps.shopper}`;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      const onHand = [4, 7, 10];
      const variants = await Promise.all(onHand.map((units) => createVariant(db.sql, units)));
      const shoppers = Array.from({ length: 4 }, newShopper);
      const at = (list: string[], index: number) => list[index] as string;
      const model = new ShopModel(Object.fromEntries(variants.map((id, i) => [id, onHand[i] ?? 0])), caps);

      for (const next of steps) {
        if ("reserve" in next) {
          const requests = next.reserve.map((wish) => ({
            ...wish,
            shopperId: at(shoppers, wish.shopper),
            lines: wish.lines.map((l) => ({ variantId: at(variants, l.variant), quantity: l.quantity })),
          })) as Request[];
          const answers = await reserveBatch(db.sql, requests);
          const outcomes = answers.map((answer) => answer.lines.map((l) => l.outcome));
          expect(inShort(requests, outcomes)).toEqual(inShort(requests, model.reserve(requests)));
        } else if ("lapse" in next) {
          await letTimePass(db, 901, at(shoppers, next.lapse));
          model.drop(at(shoppers, next.lapse));
        } else if ("release" in next) {
          await release(db.sql, at(shoppers, next.release));
          model.drop(at(shoppers, next.release));
        } else if ("extend" in next) {
          // Of live holds only: what had lapsed would be taken again.
          await sweep(db.sql);
          await extend(db.sql, at(shoppers, next.extend));
        } else await sweep(db.sql);
      }

      const rows = await db.sql<{ shopper_id: string; variant_id: string; quantity: number }[]>`
        select shopper_id, variant_id, quantity from reservations
        where variant_id in ${db.sql(variants)} and status = 'active' and expires_at > clock_timestamp()`;
      const found = new Map(rows.map((row) => [`${row.shopper_id} ${row.variant_id}`, row.quantity]));
      for (const shopperId of shoppers) {
        for (const id of variants) {
          expect(found.get(`${shopperId} ${id}`) ?? 0).toBe(model.unitsOf(shopperId, id));
        }
      }
      await expectConsistent(db.sql);
    }),
    { numRuns: 60 },
  );
});
