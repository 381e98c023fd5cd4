import { beforeEach, describe, expect, test } from "vitest";
import { expired, failed, paid, settle, unpaid } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { stockOf } from "../support/shop.ts";
import { usePinnedCart } from "./pinned-cart.ts";

// A Checkout Session that names a payment is not therefore its session: other programs share the Stripe account.

const db = useTestDatabase();
const at = usePinnedCart(db);

const ours = () => `cs_${at.payment.paymentId}`;
const writeDown = () =>
  db.sql`select record_session(${at.payment.paymentId}, ${ours()}, 'https://pay.example.test')`;
const alerts = async () =>
  (
    await db.sql`select kind, details ->> 'sessionId' as session from alerts
      where details ->> 'paymentId' = ${at.payment.paymentId} order by opened_at`
  ).map(({ kind, session }) => [kind, session]);
const sessionOf = async () => {
  const [row] =
    await db.sql`select status, session_id as session from payments where id = ${at.payment.paymentId}`;
  return row;
};

/** Nothing was sold, ended or let go. */
async function expectUntouched(session: string | null): Promise<void> {
  expect(await sessionOf()).toEqual({ status: "open", session });
  expect(await at.statusOf(at.mine.reservationId)).toBe("paying");
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 5, reserved: 2 });
}

describe.each([
  ["that our row knows by another id", true],
  ["while our row knows none yet", false],
])("a session of another program that names our payment, %s,", (_, isWritten) => {
  const foreign = { sessionId: "cs_of_another_program", madeFor: null };
  beforeEach(async () => {
    if (isWritten) await writeDown();
  });

  test("sells nothing when it is paid: somebody is alerted, and ours can still be paid", async () => {
    const told = paid(at.payment, { ...foreign, paymentIntentId: "pi_foreign" });
    expect((await at.settled(told)).outcome).toBe("another_session");
    await expectUntouched(isWritten ? ours() : null);
    expect(await alerts()).toEqual([["foreign_session", foreign.sessionId]]);
    expect((await at.settled(paid(at.payment))).outcome).toBe("sold");
  });

  test.each([
    ["ends", expired],
    ["fails", failed],
    ["waits for its bank", unpaid],
  ])("changes nothing when it %s", async (__, session) => {
    const told = { ...session, ...foreign };
    expect((await at.settled(told)).outcome).toBe("another_session");
    await expectUntouched(isWritten ? ours() : null);
    expect(await alerts()).toEqual([]);
  });
});

test("a session that nobody lived to write down is ours by what its metadata says, and is written down", async () => {
  expect((await at.settled(unpaid)).outcome).toBe("processing");
  expect(await sessionOf()).toEqual({ status: "processing", session: ours() });
  const another = paid(at.payment, { sessionId: "cs_another", madeFor: null });
  expect((await at.settled(another)).outcome).toBe("another_session");
  expect((await at.settled(paid(at.payment))).outcome).toBe("sold");
});

test("an event of another session is written down with what it came to, and heard once", async () => {
  await writeDown();
  const event = { id: `evt_${at.payment.paymentId}` };
  const told = paid(at.payment, { sessionId: "cs_another", madeFor: null });
  const outcomes = [
    await settle(db.sql, at.payment.paymentId, told, "return", event),
    await settle(db.sql, at.payment.paymentId, told, "return", event),
  ].map(({ outcome }) => outcome);
  expect(outcomes).toEqual(["another_session", "duplicate_event"]);
});

describe("that no session was ever made", () => {
  const never = (sessionId: string | null) => {
    const said = {
      ...expired,
      sessionId,
      amountCents: at.payment.amountCents,
      currency: at.payment.currency,
    };
    return db.sql`select settle_payment(${at.payment.paymentId}, ${db.sql.json(said)}, 'return') ->> 'outcome' as outcome`;
  };

  test("ends a payment as long as none is written down", async () => {
    expect([...(await never(null))]).toEqual([{ outcome: "ended" }]);
  });

  test.each([null, ""])(
    "is not believed once another request wrote one down: it can be paid still",
    async (id) => {
      await writeDown();
      expect([...(await never(id))]).toEqual([{ outcome: "another_session" }]);
      await expectUntouched(ours());
      // Of one that Stripe knows no more it is said by its name.
      expect([...(await never(ours()))]).toEqual([{ outcome: "ended" }]);
    },
  );
});
