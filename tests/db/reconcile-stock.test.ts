import { expect, test } from "vitest";
import { buy, expired, type Order, type Payment, paid, pinCart, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import { asSuperuser, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { usePinnedCart } from "./pinned-cart.ts";

// What does not fit together between orders, payments, refunds, mails and stock, and is said by reconcile_stock.

const db = useTestDatabase();
const at = usePinnedCart(db);

const findings = async (orderId = at.payment.orderId) =>
  (
    (await answerOf(db.sql, "reconcile_stock()")).findings as {
      kind: string;
      orderId: string | null;
      reservationId: string | null;
    }[]
  )
    .filter((finding) => finding.orderId === orderId)
    .map(({ kind }) => kind);

test("reconcile_stock finds nothing amiss with what is pinned, sold or ended", async () => {
  expect(await findings()).toEqual([]);
  await at.settled(paid(at.payment));
  expect(await findings()).toEqual([]);
  await hold(db.sql, at.shopperId, at.variantId);
  const ended = await pinCart(db.sql, at.shopperId);
  await settle(db.sql, ended.paymentId, expired, "expire");
  expect(await findings(ended.orderId)).toEqual([]);
});

test("reconcile_stock lists what somebody has to see to", async () => {
  await asSuperuser(
    db,
    (tx) => tx`update payments set window_ends_at = clock_timestamp() - interval '601 s'
    where id = ${at.payment.paymentId}`,
  );
  expect(await findings()).toEqual(["payment_overdue"]);
  const { order } = await at.settled(paid(at.payment));
  const { refundId } = await askRefund(db.sql, at.payment.orderId, [
    refundLine(must(order.lines[0]).orderLineId, 1),
  ]);
  expect(await findings()).toEqual(["refund_undone", "restock_undecided"]);
  await recordRefund(db.sql, refundId, "succeeded");
  expect(await findings()).toEqual(["restock_undecided"]);
  await asSuperuser(
    db,
    (tx) => tx`update outgoing_mails set created_at = created_at - interval '2 h'
    where order_id = ${at.payment.orderId} and kind = 'confirmation'`,
  );
  expect(await findings()).toEqual(["mail_unsent", "restock_undecided"]);
});

test("reconcile_stock and the consistency check find what only a superuser can break", async () => {
  const order = await buyAnother();
  const broken = async (change: string, kind: string, drift?: string) => {
    await asSuperuser(db, async (tx) => {
      await tx.unsafe("savepoint before_it");
      await tx.unsafe(
        change.replaceAll(":order", `'${order.orderId}'`).replaceAll(":pinned", `'${at.payment.orderId}'`),
      );
      const [row] =
        await tx`select reconcile_stock() -> 'findings' as findings, validate_stock_consistency() as drift`;
      expect(
        (must(row).findings as { kind: string }[]).map((f) => f.kind),
        change,
      ).toContain(kind);
      if (drift)
        expect(
          (must(row).drift as { kind: string }[]).map((f) => f.kind),
          change,
        ).toContain(drift);
      await tx.unsafe("rollback to before_it");
    });
  };
  await broken(
    "update orders set status = 'pending', paid_at = null where id = :order",
    "paid_without_stock",
  );
  await broken(
    "update orders set status = 'refunded', refunded_at = now() where id = :order",
    "paid_without_stock",
  );
  await broken("update order_lines set location_id = null where order_id = :order", "paid_without_stock");
  await broken(
    "update payments set status = 'expired', received_cents = null, received_currency = null where order_id = :order",
    "stock_without_payment",
  );
  await broken(
    "update payments set status = 'expired', settled_at = now() where order_id = :pinned",
    "stock_without_payment",
  );
  await broken(
    "update stock_movements set delta = -1 where reason = (select 'sale ' || number from orders where id = :order)",
    "stock_without_payment",
    "sale_drift",
  );
  await asSuperuser(db, async (tx) => {
    await tx`savepoint before_it`;
    await tx`update order_lines set quantity = 1 where order_id = ${at.payment.orderId}`;
    const [row] = await tx`select validate_stock_consistency() as drift`;
    expect((must(row).drift as { kind: string }[]).map((f) => f.kind)).toContain("payment_without_hold");
    await tx`rollback to before_it`;
  });
});

test("units of a refund that did not come back as it says are found", async () => {
  const { orderId, number, lines } = await buyAnother();
  await askRefund(db.sql, orderId, [refundLine(must(lines[0]).orderLineId, 1, "restocked")]);
  let kinds: string[] = [];
  await asSuperuser(db, async (tx) => {
    await tx`savepoint before_it`;
    await tx`update stock_movements set delta = 2 where reason = ${`refund ${number}`}`;
    const [row] = await tx`select validate_stock_consistency() as drift`;
    await tx`rollback to before_it`;
    kinds = (must(row).drift as { kind: string }[]).map(({ kind }) => kind);
  });
  expect(kinds).toContain("restock_drift");
  expect(kinds).not.toContain("sale_drift");
});

async function buyAnother(): Promise<Order> {
  const other = newShopper();
  await hold(db.sql, other, at.variantId, 2);
  return buy(db.sql, other);
}

test("all payments are read page by page for the comparison with Stripe", async () => {
  await buyAnother();
  const seen: string[] = [];
  for (let after: string | null = null; ; ) {
    const page = (await answerOf(db.sql, "payments_to_reconcile($1, 3)", [after])).payments as (Payment & {
      orderStatus: string;
    })[];
    if (page.length === 0) break;
    seen.push(...page.map(({ paymentId }) => paymentId));
    after = must(page.at(-1)).paymentId;
  }
  const rows = await db.sql`select id from payments order by id`;
  expect(seen).toEqual(rows.map(({ id }) => id));
});
