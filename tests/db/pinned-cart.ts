import { afterEach, beforeEach, expect } from "vitest";
import { type Payment, pinCart, type Session, type Settled, settle } from "../support/checkout.ts";
import type { TestDatabase } from "../support/database.ts";
import { createVariant, expectConsistent, type Hold, hold, newShopper, rowOf } from "../support/shop.ts";
import { findDrift } from "./sessions.ts";

export type PinnedCart = {
  variantId: string;
  shopperId: string;
  /** Two units of the variant, which are being paid for. */
  mine: Hold;
  payment: Payment;
  /** What comes of Stripe's word about the payment. */
  settled(session: Session, after?: "return" | "expire"): Promise<Settled>;
  /** The kinds of mail about the order, in the order in which they were written. */
  mails(): Promise<string[]>;
  statusOf(holdId: string): Promise<string>;
};

/** Before each test a cart that is being paid for, of two among five units. Afterwards all has to agree. */
export function usePinnedCart(db: TestDatabase): PinnedCart {
  const stage: PinnedCart = {
    variantId: "",
    shopperId: "",
    mine: {} as Hold,
    payment: {} as Payment,
    settled: (session, after = "return") => settle(db.sql, stage.payment.paymentId, session, after),
    mails: async () => {
      const rows = await db.sql<{ kind: string }[]>`
        select kind from outgoing_mails where order_id = ${stage.payment.orderId} order by created_at, kind`;
      return rows.map(({ kind }) => kind);
    },
    statusOf: async (holdId) => (await rowOf(db.sql, holdId)).status,
  };
  beforeEach(async () => {
    stage.variantId = await createVariant(db.sql, 5);
    stage.shopperId = newShopper();
    stage.mine = await hold(db.sql, stage.shopperId, stage.variantId, 2);
    stage.payment = await pinCart(db.sql, stage.shopperId);
  });
  afterEach(async () => {
    await expectConsistent(db.sql);
    expect(await findDrift(db.sql)).toEqual([]);
  });
  return stage;
}
