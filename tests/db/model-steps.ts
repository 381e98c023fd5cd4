import fc from "fast-check";
import { type Word, words } from "./model-paying.ts";

/** A step of a history as plain numbers: what they point at is looked up when it is done. */
export type Wish = {
  shopper: number;
  lines: { variant: number; quantity: number }[];
  mode: "all_or_nothing" | "partial";
  quantityMode: "add" | "set";
};
export type Step =
  | { kind: "reserve"; wishes: Wish[] }
  | { kind: "extend" | "release"; by: number; picks: number[] | null; isWhole: boolean }
  | { kind: "setQuantity"; by: number; pick: number; quantity: number }
  | { kind: "sweep"; limit: number }
  | { kind: "transfer"; from: number; to: number }
  | { kind: "adjust"; variant: number; location: number; delta: number; mayRelease: boolean }
  | { kind: "pass"; seconds: number }
  | { kind: "pin"; shopper: number }
  | { kind: "settle"; pick: number; word: Word; after: "return" | "expire" }
  | { kind: "refund"; pick: number; quantity: number; isRestocked: boolean }
  | { kind: "publish" }
  | { kind: "keepBack"; location: number; units: number };

/** Records of the plain kind, so that a printed history reads well. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
const shopper = fc.nat(3);
/** Recent holds first, more of them than there are is fine. */
const pick = fc.oneof({ weight: 4, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(40) });
/** The last orders first. */
const order = fc.oneof({ weight: 4, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(20) });
/** Mostly whoever has the hold (0), now and then anybody (1 to 4). */
const by = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
);
const picks = fc.option(fc.uniqueArray(pick, { minLength: 1, maxLength: 3 }));

const wish: fc.Arbitrary<Wish> = record({
  shopper,
  lines: fc.array(record({ variant: fc.nat(5), quantity: fc.constantFrom(1, 1, 2, 3, 5, 7) }), {
    minLength: 1,
    maxLength: 3,
  }),
  mode: fc.constantFrom("all_or_nothing", "partial"),
  quantityMode: fc.constantFrom("add", "add", "set"),
});

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: record({
      kind: fc.constant("reserve" as const),
      wishes: fc.array(wish, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: record({ kind: fc.constant("extend" as const), by, picks, isWhole: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: record({
      kind: fc.constant("setQuantity" as const),
      by,
      pick,
      quantity: fc.integer({ min: 1, max: 7 }),
    }),
  },
  {
    weight: 2,
    arbitrary: record({ kind: fc.constant("release" as const), by, picks, isWhole: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: record({ kind: fc.constant("sweep" as const), limit: fc.constantFrom(1, 2, 500) }),
  },
  { weight: 1, arbitrary: record({ kind: fc.constant("transfer" as const), from: shopper, to: shopper }) },
  {
    weight: 2,
    arbitrary: record({
      kind: fc.constant("adjust" as const),
      variant: fc.nat(5),
      location: fc.constantFrom(0, 0, 1),
      delta: fc.constantFrom(-4, -2, -1, 1, 2, 4),
      mayRelease: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: record({
      kind: fc.constant("pass" as const),
      seconds: fc.constantFrom(90, 200, 200, 320, 700, 700, 920, 1820, 3700),
    }),
  },
  { weight: 4, arbitrary: record({ kind: fc.constant("pin" as const), shopper }) },
  {
    weight: 5,
    arbitrary: record({
      kind: fc.constant("settle" as const),
      pick: order,
      word: fc.constantFrom(...words),
      after: fc.constantFrom("return", "expire"),
    }),
  },
  {
    weight: 2,
    arbitrary: record({
      kind: fc.constant("refund" as const),
      pick: order,
      quantity: fc.integer({ min: 1, max: 2 }),
      isRestocked: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: record({ kind: fc.constant("publish" as const) }) },
  {
    weight: 1,
    arbitrary: record({
      kind: fc.constant("keepBack" as const),
      location: fc.nat(1),
      units: fc.constantFrom(0, 1, 4),
    }),
  },
);
