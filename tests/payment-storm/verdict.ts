import type { Sql } from "../support/database.ts";
import { must } from "../support/shop.ts";
import type { Ground } from "./ground.ts";

type Row = {
  sessionId: string;
  status: string;
  payment: string;
  intent: string | null;
  totalCents: number;
  refunds: number;
};
/** What Stripe and the books come to, to the last unit and the last cent. */
export type Verdict = {
  paid: number;
  sold: number;
  refunded: number;
  unpaid: number;
  receivedCents: number;
  soldCents: number;
  refundedCents: number;
  /** Everything that does not add up, in words. None: paid = sold + refunded. */
  faults: string[];
};

/** Compares every payment at Stripe with its order, the money as a whole, and every unit with the shelf. */
export async function judge({ sql, stripe }: Ground, onHandBefore: Map<string, number>): Promise<Verdict> {
  const received = new Map<string, number>();
  for await (const session of stripe.checkout.sessions.list({ limit: 100 })) {
    if (session.payment_status === "paid") received.set(session.id, session.amount_total ?? 0);
  }
  const back = new Map<string, number>();
  for await (const refund of stripe.refunds.list({ limit: 100 })) {
    const intent = String(refund.payment_intent);
    if (refund.status === "succeeded") back.set(intent, (back.get(intent) ?? 0) + refund.amount);
  }
  const rows = await sql<Row[]>`
    select p.session_id as "sessionId", o.status, p.status as payment, p.payment_intent_id as intent,
      o.total_cents::int as "totalCents", (select count(*)::int from refunds f where f.order_id = o.id) as refunds
    from orders o join payments p on p.order_id = o.id`;
  const verdict: Verdict = {
    paid: received.size,
    sold: rows.filter(({ status }) => status === "paid").length,
    refunded: rows.filter(({ status }) => status.startsWith("refunded")).length,
    unpaid: rows.filter(({ status }) => status === "cancelled").length,
    receivedCents: sum([...received.values()]),
    soldCents: sum(rows.filter(({ status }) => status === "paid").map(({ totalCents }) => totalCents)),
    refundedCents: sum([...back.values()]),
    faults: rows.flatMap((row) => faultOf(row, received.get(row.sessionId), back.get(row.intent ?? "") ?? 0)),
  };
  if (verdict.paid !== verdict.sold + verdict.refunded) verdict.faults.push("paid is not sold + refunded");
  if (verdict.receivedCents !== verdict.soldCents + verdict.refundedCents)
    verdict.faults.push("the money does not add up");
  verdict.faults.push(...(await faultsOfStock(sql, onHandBefore)));
  return verdict;
}

function faultOf(
  { sessionId, status, refunds, totalCents }: Row,
  received: number | undefined,
  back: number,
): string[] {
  const is = (right: boolean) =>
    right
      ? []
      : [
          `${sessionId}: order ${status}, Stripe received ${received ?? 0}, ${back} went back in ${refunds} refunds`,
        ];
  if (received === undefined) return is(status === "cancelled" && refunds === 0 && back === 0);
  if (status === "paid") return is(received === totalCents && refunds === 0 && back === 0);
  return is(status.startsWith("refunded") && refunds === 1 && back === received);
}

async function faultsOfStock(sql: Sql, onHandBefore: Map<string, number>): Promise<string[]> {
  const levels = await sql<
    { variantId: string; onHand: number; reserved: number; sold: number; live: number }[]
  >`
    select s.variant_id as "variantId", s.on_hand as "onHand", s.reserved, (
      select coalesce(sum(l.quantity), 0)::int from order_lines l join orders o on o.id = l.order_id
      where l.variant_id = s.variant_id and o.status = 'paid') as sold, (
      select coalesce(sum(r.quantity), 0)::int from reservations r
      where r.variant_id = s.variant_id and r.status in ('active', 'paying')) as live
    from stock_levels s where s.variant_id = any (${[...onHandBefore.keys()]})`;
  const faults = levels
    .filter((l) => l.onHand !== must(onHandBefore.get(l.variantId)) - l.sold || l.reserved !== l.live)
    .map((l) => `${l.variantId}: ${JSON.stringify(l)}, ${onHandBefore.get(l.variantId)} were there`);
  const [row] = await sql<{ drift: unknown[]; pinned: number }[]>`
    select validate_stock_consistency() as drift,
      (select count(*)::int from reservations where status = 'paying') as pinned`;
  const { drift, pinned } = must(row);
  return [
    ...faults,
    ...drift.map((d) => JSON.stringify(d)),
    ...(pinned > 0 ? [`${pinned} holds are still pinned`] : []),
  ];
}

const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0);
