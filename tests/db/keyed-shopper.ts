import { afterEach, beforeEach } from "vitest";
import type { Sql, TestDatabase } from "../support/database.ts";
import { type Keyed, newKey } from "../support/keys.ts";
import {
  type Answer,
  createVariant,
  expectConsistent,
  must,
  newShopper,
  reserveBatch,
  stockOf,
} from "../support/shop.ts";
import { answerOf } from "./answers.ts";

/** What the functions that change a hold answer, as far as the tests of keys look at it. */
export type Changed = { serverNow: string; outcome?: string; answers?: unknown[]; released?: number };

export type KeyedShopper = {
  variantId: string;
  shopperId: string;
  key: Keyed;
  /** A request of the shopper's for the variant, with the key unless something else is said. */
  wish(
    quantity?: number,
    more?: object,
  ): { shopperId: string; lines: { variantId: string; quantity: number }[] };
  ask(quantity?: number, more?: object): Promise<Answer>;
  /** Units of the variant that are held. */
  reserved(): Promise<number>;
  /** How many of the shopper's keys are kept. */
  kept(): Promise<number>;
  /** Everything that was kept is that much older. */
  ageKeys(interval: string): Promise<unknown>;
};

/** Before each test a new shopper with a new key, and a new variant of ten units. Afterwards all has to agree. */
export function useKeyedShopper(db: TestDatabase): KeyedShopper {
  const stage: KeyedShopper = {
    variantId: "",
    shopperId: "",
    key: newKey(),
    wish: (quantity = 1, more = stage.key) => ({
      shopperId: stage.shopperId,
      lines: [{ variantId: stage.variantId, quantity }],
      ...more,
    }),
    ask: async (quantity, more) => must((await reserveBatch(db.sql, [stage.wish(quantity, more)]))[0]),
    reserved: async () => (await stockOf(db.sql, stage.variantId)).reserved,
    kept: async () =>
      (await db.sql`select key from idempotency_keys where shopper_id = ${stage.shopperId}`).length,
    ageKeys: (interval) =>
      db.sql`update idempotency_keys set created_at = created_at - ${interval}::interval`,
  };
  beforeEach(async () => {
    stage.variantId = await createVariant(db.sql, 10);
    stage.shopperId = newShopper();
    stage.key = newKey();
  });
  afterEach(() => expectConsistent(db.sql));
  return stage;
}

/** Calls a function that changes holds, with these arguments. */
export const call = (sql: Sql, fn: string, ...args: unknown[]): Promise<Changed> =>
  answerOf(sql, `${fn}(${args.map((_, n) => `$${n + 1}`).join(", ")})`, args);
