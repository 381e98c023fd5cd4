import { describe, expect } from "vitest";
import { HoldAnswerSchema } from "@/contracts/reservations";
import { bodyOf, newGuest } from "../support/api-client.ts";
import type { Sql } from "../support/database.ts";
import type { Place } from "../support/gates.ts";
import { setWindow, windowIsOver } from "./checkout-floor.ts";
import { FREE, leasesAreOver, type Payer, SOLD, TOTAL, useCrashFloor } from "./payment-crash-floor.ts";

// kill -9 between what Stripe says and what is written of it: by webhook, by the shopper's return, by the sweep; and
// between what is due outside and what was done of it: refunds, mails.

const { store, controls, payer, crash, cron, delivered, booksOf, tell } = useCrashFloor();
const holdEvents = () => controls().deliveries({ held: true });
const mailsTo = ({ email }: Payer) => store.mailbox.list({ to: email });
const pay = ({ sessionId }: Payer) => controls().pay({ session: sessionId, outcome: "success" });
/** The shopper's browser comes back from Stripe. */
const comeBack = ({ guest, sessionId }: Payer) =>
  guest.send("POST", "/api/orders/create-from-payment", { json: { sessionId } });
/** A process of its own, in which nothing that an earlier test set to work goes on. */
async function startAfresh(): Promise<void> {
  await holdEvents();
  await store.killStore();
  await store.startStore();
}
/** Somebody who paid and got the mail, in a shop where nothing is under way any more; no events come. */
async function sold(sql: Sql): Promise<Payer> {
  await startAfresh();
  const one = await payer(sql);
  await pay(one);
  await comeBack(one);
  const unsent = () => sql`select kind from outgoing_mails where sent_at is null`;
  await expect.poll(unsent, { timeout: 20_000 }).toEqual([]);
  await startAfresh();
  return one;
}
const unfinished = (sql: Sql) => sql`select status::text from payments where status = 'open'`;

const settling: [what: string, place: Place][] = [
  ["before the payment was found", "after rpc/get_payment"],
  ["before it was written down", "before rpc/settle_payment"],
  ["after it was written down, nobody answered", "after rpc/settle_payment"],
];

describe.each(settling)("while Stripe says that somebody paid, killed %s,", (_, place) => {
  tell("the event delivered again is one sale, and one mail", async (sql) => {
    const one = await payer(sql);
    await crash(place, () => pay(one));
    await delivered();
    expect(await booksOf(sql, one)).toEqual(SOLD);
    const attempts = await controls().attempts();
    const [completed] = await controls().events({ about: one.sessionId, type: "checkout.session.completed" });
    const statuses = attempts.filter(({ event }) => event === completed?.id).map(({ status }) => status);
    expect(statuses[0], "nobody acknowledged it").toBeNull();
    expect(statuses.at(-1)).toBe(200);
    await store.mailbox.wait({ to: one.email }).catch(async () => {
      // Whoever died had taken the mail already, behind the answer to another event of this payment.
      await leasesAreOver(sql);
      await cron();
      await store.mailbox.wait({ to: one.email });
    });
    expect(await mailsTo(one)).toHaveLength(1);
  });

  tell("the shopper's return delivers it, if the event does not come", async (sql) => {
    await holdEvents();
    const one = await payer(sql);
    await pay(one);
    await crash(place, () => comeBack(one));
    expect((await comeBack(one)).status).toBe(200);
    expect(await booksOf(sql, one)).toEqual(SOLD);
    await controls().release();
    await delivered();
    expect(await booksOf(sql, one)).toEqual(SOLD);
  });

  tell("the event delivers it, if the shopper does not come back again", async (sql) => {
    await holdEvents();
    const one = await payer(sql);
    await pay(one);
    await crash(place, () => comeBack(one));
    await controls().release();
    await delivered();
    expect(await booksOf(sql, one)).toEqual(SOLD);
  });
});

const sweeping: [what: string, place: Place, isDone: boolean][] = [
  ["after it was claimed, Stripe not asked", "after rpc/claim_settlements", false],
  ["before Stripe was told to end the session", "before /expire", false],
  ["after Stripe ended the session, its answer lost", "after /expire", false],
  ["before the end was written down", "before rpc/settle_payment", false],
  ["after the end was written down", "after rpc/settle_payment", true],
];

describe.each(sweeping)(
  "while the sweep ends a payment whose window is over, killed %s,",
  (_, place, isDone) => {
    /** Events do not come: the sweep is all there is. */
    async function swept(sql: Sql, isPaid = false): Promise<Payer> {
      await holdEvents();
      await setWindow(sql, 1);
      const one = await payer(sql);
      if (isPaid) await pay(one);
      await windowIsOver(sql, one.paymentId);
      await crash(place, cron);
      return one;
    }

    tell("the next sweep after the claim frees the units", async (sql) => {
      const one = await swept(sql);
      await cron();
      expect(await unfinished(sql), "while it is claimed it is let be").toHaveLength(isDone ? 0 : 1);
      await leasesAreOver(sql);
      await cron();
      expect(await booksOf(sql, one)).toEqual(FREE);
    });

    tell("the next sweep after the claim sells it, if it was paid at the last moment", async (sql) => {
      const one = await swept(sql, true);
      await leasesAreOver(sql);
      await cron();
      expect(await booksOf(sql, one)).toEqual(SOLD);
      await controls().release();
      await delivered();
      expect(await booksOf(sql, one)).toEqual(SOLD);
    });

    tell("whoever is refused because of it gets the units, without any sweep", async (sql) => {
      const one = await swept(sql);
      await leasesAreOver(sql);
      const other = newGuest({ baseUrl: store.url });
      bodyOf(await other.reserve(one.variantId, 2), 201, HoldAnswerSchema);
      expect(await booksOf(sql, one)).toEqual({ ...FREE, stock: { onHand: 2, reserved: 2 } });
    });
  },
);

const refunding: [what: string, place: Place, made: number[]][] = [
  ["after it was claimed, Stripe not asked", "after rpc/claim_refunds", []],
  ["before Stripe was told to pay back", "before POST /v1/refunds", []],
  ["after Stripe paid back, its answer lost", "after POST /v1/refunds", [TOTAL]],
  ["before it was written down", "before rpc/record_refund", [TOTAL]],
  ["after it was written down", "after rpc/record_refund", [TOTAL]],
];

const PAID_BACK = {
  ...SOLD,
  orders: ["refunded"],
  paidBack: [TOTAL],
  stock: { onHand: 2, reserved: 0 },
};

describe.each(refunding)("while money goes back, killed %s,", (_, place, made) => {
  /** A cancelled order whose refund is due, and a process that died over it. */
  async function cancelled(sql: Sql): Promise<Payer> {
    const one = await sold(sql);
    await sql`select cancel_order(${one.orderId}, true, 'admin')`;
    await crash(place, cron);
    expect((await booksOf(sql, one)).paidBack).toEqual(made);
    return one;
  }

  tell("the next sweep after the claim sees to it that it went back once", async (sql) => {
    const one = await cancelled(sql);
    await cron();
    expect((await booksOf(sql, one)).paidBack, "while it is claimed it is let be").toEqual(made);
    await leasesAreOver(sql);
    await cron();
    expect(await booksOf(sql, one)).toEqual(PAID_BACK);
    await controls().release();
    await delivered();
    expect(await booksOf(sql, one)).toEqual(PAID_BACK);
    await store.mailbox.wait({ to: one.email, count: 2 });
    expect(await mailsTo(one)).toHaveLength(2);
  });

  tell("Stripe's word of it and the next sweep make it no more", async (sql) => {
    const one = await cancelled(sql);
    await controls().release();
    await delivered();
    await leasesAreOver(sql);
    await cron();
    await delivered();
    // What the events set to work may be at it still.
    await expect.poll(() => booksOf(sql, one), { timeout: 20_000 }).toEqual(PAID_BACK);
  });
});

describe("while a mail is sent", () => {
  /** An order that was shipped, the mail of which is due, and a process that died over it. */
  async function shipped(sql: Sql, place: Place): Promise<Payer> {
    const one = await sold(sql);
    await sql`select mark_shipped(${one.orderId})`;
    await crash(place, cron);
    return one;
  }

  tell("killed after it was claimed, it goes out once the claim is over", async (sql) => {
    const one = await shipped(sql, "after rpc/claim_mails");
    await cron();
    expect(await mailsTo(one), "while it is claimed it is let be").toHaveLength(1);
    await leasesAreOver(sql);
    await cron();
    await store.mailbox.wait({ to: one.email, count: 2 });
    await cron();
    expect(await mailsTo(one)).toHaveLength(2);
  });

  tell(
    "killed before it was written down, it goes out again: at least once, with one Message-ID",
    async (sql) => {
      const one = await shipped(sql, "before rpc/record_mail");
      expect(await mailsTo(one)).toHaveLength(2);
      await leasesAreOver(sql);
      await cron();
      const mails = await store.mailbox.wait({ to: one.email, count: 3 });
      expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
      await cron();
      expect(await mailsTo(one), "and then no more").toHaveLength(3);
    },
  );
});
