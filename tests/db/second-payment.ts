import { randomUUID } from "node:crypto";
import { beforeEach } from "vitest";
import { orderOf, paid, type Refund, type Settled, settle } from "../support/checkout.ts";
import type { TestDatabase } from "../support/database.ts";
import { type PinnedCart, usePinnedCart } from "./pinned-cart.ts";

export type SecondPayment = {
  cart: PinnedCart;
  /** The intent that pays a second time. */
  second: string;
  pay(): Promise<Settled>;
  /** By another session that we made for the same payment. */
  payAgain(sql?: TestDatabase["sql"]): Promise<Settled>;
  refundsOf(): Promise<Refund[]>;
  openAlerts(): Promise<string[]>;
  /** The id of the order whose money the books say it is. */
  orderOfMoney(intent: string): Promise<string | null>;
};

/** Before each test a cart that is being paid for by a session, and money that may come a second time. */
export function useSecondPayment(db: TestDatabase): SecondPayment {
  const cart = usePinnedCart(db);
  const stage: SecondPayment = {
    cart,
    second: "",
    pay: () => cart.settled(paid(cart.payment)),
    payAgain: (sql = db.sql) => {
      const other = { sessionId: `cs_${stage.second}`, paymentIntentId: stage.second };
      return settle(sql, cart.payment.paymentId, paid(cart.payment, other));
    },
    refundsOf: async () => (await orderOf(db.sql, cart.payment.orderId)).refunds,
    openAlerts: async () => {
      const rows = await db.sql<{ kind: string }[]>`
        select kind from alerts where closed_at is null and details ->> 'orderId' = ${cart.payment.orderId}`;
      return rows.map(({ kind }) => kind);
    },
    orderOfMoney: async (intent) => {
      const [row] = await db.sql<{ id: string | null }[]>`select find_money(${intent}) ->> 'orderId' as id`;
      return row?.id ?? null;
    },
  };
  beforeEach(async () => {
    const { paymentId } = cart.payment;
    await db.sql`select record_session(${paymentId}, ${`cs_${paymentId}`}, 'https://pay.example.test')`;
    stage.second = `pi_second_${randomUUID()}`;
  });
  return stage;
}
