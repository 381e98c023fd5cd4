import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  type ExtendAnswer,
  expectConsistent,
  type Hold,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  rowOf,
  stockOf,
} from "../support/shop.ts";
import { sqlStateOf } from "./sessions.ts";

// Extending and releasing with p_mode all_or_nothing: one refusal leaves all as they were.

const db = useTestDatabase();
let shopperId = "";
let a: Hold;
let b: Hold;

beforeEach(async () => {
  shopperId = newShopper();
  a = await hold(db.sql, shopperId, await createVariant(db.sql, 3), 2);
  b = await hold(db.sql, shopperId, await createVariant(db.sql, 3), 1);
});

afterEach(() => expectConsistent(db.sql));

async function extendWhole(ids: string[] | null): Promise<ExtendAnswer[]> {
  const [row] = await db.sql<{ answer: { answers: ExtendAnswer[] } }[]>`
    select extend_reservations(${shopperId}, ${ids}::uuid[], 'all_or_nothing') as answer`;
  return must(row).answer.answers;
}

async function releaseWhole(ids: string[] | null) {
  const [row] = await db.sql<
    { answer: { released: number; releasedIds: string[]; paymentOpen: string[] } }[]
  >`
    select release_reservations(${shopperId}, ${ids}::uuid[], 'all_or_nothing') as answer`;
  return must(row).answer;
}

const pay = ({ reservationId }: Hold) =>
  db.sql`update reservations set status = 'paying' where id = ${reservationId}`;
const rows = () => db.sql`select * from reservations where shopper_id = ${shopperId} order by id`;
const outcomes = (answers: ExtendAnswer[]) => answers.map(({ outcome }) => outcome);
const both = () => [a.reservationId, b.reservationId];

test("where nothing is refused all are extended", async () => {
  await letTimePass(db, 300, shopperId);
  expect(outcomes(await extendWhole(null))).toEqual(["extended", "extended"]);
  const [row] = await db.sql`select bool_and(expires_at > now() + interval '895 s') as all_late
    from reservations where shopper_id = ${shopperId}`;
  expect(row).toEqual({ all_late: true });
});

test.each(["somebody else's", "ended", "being paid", "at its limit", "lapsed and taken"])(
  "one hold that is %s leaves the times of all as they were",
  async (obstacle) => {
    await letTimePass(db, 300, shopperId);
    if (obstacle === "somebody else's") b = await hold(db.sql, newShopper(), a.variantId, 1);
    if (obstacle === "ended") await release(db.sql, shopperId, [b.reservationId]);
    if (obstacle === "being paid") await pay(b);
    if (obstacle === "at its limit") {
      await db.sql`update reservations set expires_at = max_expires_at where id = ${b.reservationId}`;
    }
    if (obstacle === "lapsed and taken") {
      await db.sql`update reservations set expires_at = now() where id = ${b.reservationId}`;
      await hold(db.sql, newShopper(), b.variantId, 3);
    }
    const before = await rows();
    const answers = await extendWhole(both());
    expect(outcomes(answers)).toEqual([
      "not_attempted",
      {
        "somebody else's": "reservation_not_found",
        ended: "reservation_ended",
        "being paid": "payment_open",
        "at its limit": "extension_limit",
        "lapsed and taken": "expired",
      }[obstacle],
    ]);
    expect(answers[0]).toEqual({ outcome: "not_attempted", reservationId: a.reservationId });
    expect(await rows()).toEqual(before);
  },
);

test("a lapsed hold that was taken again for a cart that is then refused is given back", async () => {
  await letTimePass(db, 901, shopperId);
  await hold(db.sql, newShopper(), b.variantId, 3);
  expect(outcomes(await extendWhole(both()))).toEqual(["not_attempted", "expired"]);
  const [row] = await db.sql`select count(*)::int as live from reservations
    where shopper_id = ${shopperId} and status = 'active' and expires_at > now()`;
  expect(row).toEqual({ live: 0 });
  expect((await rowOf(db.sql, a.reservationId)).quantity).toBe(2);
  const [shopper] = await db.sql`select holds_in_minute from shoppers where id = ${shopperId}`;
  expect(shopper).toEqual({ holds_in_minute: 2 });
});

test("lapsed holds whose units are free are taken again together", async () => {
  await letTimePass(db, 901, shopperId);
  expect(outcomes(await extendWhole(both()))).toEqual(["held_again", "held_again"]);
});

test("partial is what is meant without a word: the refusal is answered, the rest extended", async () => {
  await pay(b);
  await letTimePass(db, 300, shopperId);
  const [row] = await db.sql<{ answer: { answers: ExtendAnswer[] } }[]>`
    select extend_reservations(${shopperId}, ${both()}::uuid[]) as answer`;
  expect(outcomes(must(row).answer.answers)).toEqual(["extended", "payment_open"]);
});

test("one hold that is being paid keeps a cart that is to be released as a whole", async () => {
  await pay(b);
  expect(await releaseWhole(both())).toMatchObject({
    released: 0,
    releasedIds: [],
    paymentOpen: [b.reservationId],
  });
  expect((await rowOf(db.sql, a.reservationId)).status).toBe("active");
  expect((await stockOf(db.sql, a.variantId)).reserved).toBe(2);
  expect(await release(db.sql, shopperId, both())).toMatchObject({
    released: 1,
    paymentOpen: [b.reservationId],
  });
});

test("what has lapsed or ended already keeps nobody from releasing the rest", async () => {
  await release(db.sql, shopperId, [b.reservationId]);
  expect(await releaseWhole(both())).toMatchObject({
    released: 1,
    releasedIds: [a.reservationId],
    paymentOpen: [],
  });
  expect(await releaseWhole(both())).toMatchObject({ released: 0, releasedIds: [], paymentOpen: [] });
});

test("any other mode is a bug of the caller", async () => {
  for (const mode of ["all", null]) {
    expect(await sqlStateOf(db.sql`select extend_reservations(${shopperId}, null, ${mode})`)).toBe("HF001");
    expect(await sqlStateOf(db.sql`select release_reservations(${shopperId}, null, ${mode})`)).toBe("HF001");
  }
});
