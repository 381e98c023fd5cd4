import type { TransactionSql } from "postgres";
import { expect } from "vitest";
import { type Payment, settle, startCheckout } from "../support/checkout.ts";
import type { Sql } from "../support/database.ts";
import {
  extend,
  moveIntoThePast,
  must,
  newShopper,
  release,
  reserveBatch,
  setQuantity,
  sweep,
} from "../support/shop.ts";
import { refundFirstLine, sessionOf } from "./model-payer.ts";
import type { Step } from "./model-steps.ts";
import { keptBack, locationIds, offAndOn, shopperIds, variantIds } from "./model-store.ts";
import { adjust, transfer } from "./sessions.ts";

const at = (list: string[], n: number) => must(list[n]);

/** Does a step of a history without asking what comes of it: others are at work at the same time. */
export async function perform(sql: Sql, superuser: Sql, step: Step): Promise<void> {
  switch (step.kind) {
    case "reserve":
      await reserveBatch(
        sql,
        step.wishes.map(({ shopper, lines, ...modes }) => ({
          ...modes,
          shopperId: at(shopperIds, shopper),
          lines: lines.map(({ variant, quantity }) => ({ variantId: at(variantIds, variant), quantity })),
        })),
      );
      break;
    case "extend":
    case "release": {
      const holds = await Promise.all((step.picks ?? []).map((n) => pick(sql, n)));
      const shopperId = holds[0]?.shopper_id ?? at(shopperIds, step.by % 4);
      const ids = step.picks && holds.flatMap((hold) => hold?.id ?? []);
      await (step.kind === "extend" ? extend : release)(sql, shopperId, ids);
      break;
    }
    case "setQuantity": {
      const hold = await pick(sql, step.pick);
      if (hold) await setQuantity(sql, hold.shopper_id, hold.id, step.quantity);
      break;
    }
    case "sweep":
      await sweep(sql, step.limit);
      break;
    case "transfer":
      await signIn(sql, at(shopperIds, step.to), at(variantIds, step.from));
      break;
    case "adjust":
      await adjust(
        sql,
        at(variantIds, step.variant),
        at(locationIds, step.location),
        step.delta,
        step.mayRelease,
      );
      break;
    case "pass":
      await pass(superuser, step.seconds);
      break;
    case "pin":
      await startCheckout(sql, at(shopperIds, step.shopper));
      break;
    case "settle": {
      const payment = await pickPayment(sql, step.pick);
      if (payment) await settle(sql, payment.paymentId, sessionOf(step.word, payment), step.after);
      break;
    }
    case "refund": {
      const payment = await pickPayment(sql, step.pick);
      if (payment) await refundFirstLine(sql, payment.orderId, step);
      break;
    }
    case "keepBack":
      await sql`update stock_levels set safety_stock = ${step.units}
        where variant_id = ${keptBack} and location_id = ${at(locationIds, step.location)}`;
      break;
    case "publish": {
      await sql`update products set published_at = case when published_at is null then now() end
        where id = ${offAndOn}`;
      const [row] = await sql<{ answer: { findings: unknown[] } }[]>`
        select repair_stock_consistency(false) as answer`;
      expect(must(row).answer.findings, "a repair finds nothing to mend").toEqual([]);
    }
  }
}

/** One of the last holds. */
async function pick(sql: Sql, n: number) {
  const [row] = await sql<{ id: string; shopper_id: string; variant_id: string }[]>`
    select id, shopper_id, variant_id from reservations order by created_at desc, id offset ${n} limit 1`;
  return row;
}

/** A guest who holds something becomes one of the shoppers. */
async function signIn(sql: Sql, user: string, variantId: string): Promise<void> {
  const guest = newShopper();
  await reserveBatch(sql, [{ shopperId: guest, lines: [{ variantId, quantity: 1 }] }]);
  await transfer(sql, guest, user);
  await extend(sql, guest);
}

/** All levels first, as everybody does, so that no deadlock is of the test's own making. */
async function lockAllLevels(tx: TransactionSql): Promise<void> {
  await tx`select from stock_levels order by variant_id, location_id for no key update`;
}

/** Time goes by for everybody, at once. */
async function pass(superuser: Sql, seconds: number): Promise<void> {
  await superuser.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await lockAllLevels(tx);
    await moveIntoThePast(tx, seconds);
    await tx`update shoppers set minute_began_at = minute_began_at - interval '61 s'
      where id in (select id from shoppers order by id for no key update skip locked)`;
  });
}

/** One of the last payments. */
async function pickPayment(sql: Sql, n: number): Promise<Payment | undefined> {
  const [row] = await sql<{ payment: Payment }[]>`
    select private.payment_as_json(id) as payment from payments order by created_at desc, id offset ${n} limit 1`;
  return row?.payment;
}

/** Looks at everything from one snapshot, again and again, until told to stop. Answers how often it looked. */
export async function watch(sql: Sql, isOver: () => boolean): Promise<number> {
  for (let looks = 1; ; looks++) {
    const wasOver = isOver();
    const [row] = await sql<{ drift: unknown[]; over: number }[]>`
      select validate_stock_consistency() as drift, (
        select count(*)::int from stock_levels s
        where s.on_hand < (select coalesce(sum(r.quantity), 0) from reservations r
                           where r.variant_id = s.variant_id and r.location_id = s.location_id
                             and r.status in ('active', 'paying'))) as over`;
    expect(row, "no unit is promised twice, at any moment").toEqual({ drift: [], over: 0 });
    if (wasOver) return looks;
  }
}
