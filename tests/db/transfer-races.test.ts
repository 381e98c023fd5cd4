import { afterEach, beforeEach, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  cartOf,
  createVariant,
  expectConsistent,
  extend,
  hold,
  must,
  newShopper,
  release,
  reserve,
  reserveBatch,
  stockOf,
} from "../support/shop.ts";
import { inCrowd, openCrowd } from "./crowd.ts";
import {
  begin,
  commit,
  findDrift,
  lockLevels,
  pidOf,
  sqlStateOf,
  startBlocked,
  transfer,
  untilBlockedBy,
} from "./sessions.ts";

// Sign-ins beside everything else: whoever waits, waits in the same order, so that nobody is a deadlock's victim.

const db = useTestDatabase();
let variantId = "";
let sessions: [Sql, Sql, Sql, Sql];

beforeEach(async () => {
  variantId = await createVariant(db.sql, 10);
  sessions = [db.connect(), db.connect(), db.connect(), db.connect()];
});

afterEach(async () => {
  await Promise.all(sessions.map((session) => session.end()));
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

/** Three shoppers who have been here before, in the order in which they are locked. */
async function inLockOrder(): Promise<[string, string, string]> {
  const ids = [newShopper(), newShopper(), newShopper()].toSorted() as [string, string, string];
  await db.sql`insert into shoppers (id) select unnest(${ids}::uuid[])`;
  return ids;
}

/** Begins a sign-in that has the locks of these shoppers and nothing else yet. */
async function beginWith(session: Sql, ...shoppers: string[]): Promise<void> {
  await begin(session);
  await session`select 1 from shoppers where id = any (${shoppers}::uuid[]) order by id for no key update`;
}

const linesOf = (id: string) => [{ variantId: id, quantity: 1 }];
/** One unit for each of these, as the web server asks: in one batch, with nothing said that goes without saying. */
const take = (session: Sql, ...shoppers: string[]) =>
  reserveBatch(
    session,
    shoppers.map((shopperId) => ({ shopperId, lines: linesOf(variantId) })),
  );

test("a late request of the guest beside one of the user: whoever has the level does not wait for the shopper", async () => {
  const [guest, user] = [newShopper(), newShopper()];
  await transfer(db.sql, guest, user);
  const [between, late, own] = sessions;
  await lockLevels(between, variantId);
  const first = await startBlocked(db, late, (s) => take(s, guest));
  const second = await startBlocked(db, own, (s) => take(s, user));
  await commit(between);
  expect([await sqlStateOf(first.result), await sqlStateOf(second.result)]).toEqual(["none", "none"]);
  expect((await cartOf(db.sql, user)).totalQuantity).toBe(2);
});

const late: [verb: string, ask: (session: Sql, shopperId: string) => Promise<unknown>][] = [
  ["takes", take],
  ["extends", extend],
  ["gives back", release],
];

test.each(late)(
  "a guest who %s while signing in lets go of the guest's lock before asking for the user's",
  async (_, ask) => {
    const [user, guest] = await inLockOrder();
    const [signIn, between, late, batch] = sessions;
    const [betweenPid, latePid] = [await pidOf(between), await pidOf(late)];
    await hold(db.sql, guest, variantId);
    await beginWith(signIn, user, guest);
    const pause = await startBlocked(db, between, (s) => beginWith(s, guest));
    const first = await startBlocked(db, late, (s) => ask(s, guest));
    await transfer(signIn, guest, user);
    await commit(signIn);
    await pause.result;
    let isOver = false;
    first.result
      .catch(() => {})
      .finally(() => {
        isOver = true;
      });
    // Who stands second in line now and then gets the row first, because its newest version is another row to lock.
    await untilBlockedBy(db.sql, latePid, betweenPid, () => isOver);
    // A sign-in that is repeated has the user, and comes to the guest after the other.
    const second = await startBlocked(db, batch, (s) => transfer(s, guest, user));
    await commit(between);
    expect([await sqlStateOf(first.result), await sqlStateOf(second.result)]).toEqual(["none", "none"]);
  },
);

test("a user who becomes another has the user's guests locked in order, too", async () => {
  const [guest, user, last] = await inLockOrder();
  await hold(db.sql, guest, variantId);
  await transfer(db.sql, guest, user);
  const [between, again, next] = sessions;
  await beginWith(between, last);
  const second = await startBlocked(db, next, (s) => transfer(s, user, last));
  const first = await startBlocked(db, again, (s) => transfer(s, guest, user));
  await commit(between);
  expect([await sqlStateOf(first.result), await sqlStateOf(second.result)]).toEqual(["none", "none"]);
  expect((await cartOf(db.sql, last)).totalQuantity).toBe(1);
});

test("a user who becomes another while a guest becomes that user takes the guest along, in order", async () => {
  const [guest, user, last] = await inLockOrder();
  await hold(db.sql, guest, variantId);
  const [signIn, between, again, next] = sessions;
  const [betweenPid, nextPid] = [await pidOf(between), await pidOf(next)];
  await beginWith(between, last);
  await beginWith(signIn, guest, user);
  const second = await startBlocked(db, next, (s) => transfer(s, user, last));
  await transfer(signIn, guest, user);
  await commit(signIn);
  await untilBlockedBy(db.sql, nextPid, betweenPid);
  // It has the guest and waits for the user, whom the other has.
  const first = await startBlocked(db, again, (s) => transfer(s, guest, user));
  await commit(between);
  expect([await sqlStateOf(first.result), await sqlStateOf(second.result)]).toEqual(["none", "none"]);
  const [row] = await db.sql`select merged_into from shoppers where id = ${guest}`;
  expect(must(row).merged_into).toBe(last);
  expect((await cartOf(db.sql, last)).totalQuantity).toBe(1);
});

test("of two sign-ins of one guest by two users one has everything, the other is told", async () => {
  const [guest, one, other] = [newShopper(), newShopper(), newShopper()];
  await hold(db.sql, guest, variantId, 2);
  const [first, second] = sessions;
  await begin(first);
  await transfer(first, guest, one);
  const late = await startBlocked(db, second, (s) => transfer(s, guest, other));
  await commit(first);
  expect(await late.result).toEqual({ outcome: "already_merged" });
  expect([(await cartOf(db.sql, one)).totalQuantity, (await cartOf(db.sql, other)).totalQuantity]).toEqual([
    2, 0,
  ]);
});

test("two who become each other at the same time: one does, the other is told", async () => {
  const [one, other] = [newShopper(), newShopper()];
  const [first, second] = sessions;
  await begin(first);
  await transfer(first, one, other);
  const late = await startBlocked(db, second, (s) => transfer(s, other, one));
  await commit(first);
  expect(await late.result).toEqual({ outcome: "already_merged" });
});

test("a sign-in waits for a payment that is being opened, and then changes nothing", async () => {
  const [guest, user] = [newShopper(), newShopper()];
  const mine = await hold(db.sql, guest, variantId, 2);
  const [first, second] = sessions;
  await begin(first);
  await first`select 1 from shoppers where id = ${guest} for no key update`;
  const late = await startBlocked(db, second, (s) => transfer(s, guest, user));
  await first`update reservations set status = 'paying' where id = ${mine.reservationId}`;
  await commit(first);
  expect(await late.result).toEqual({ outcome: "payment_open" });
});

test("50 at once, taking, keeping, giving back and signing in, end with every unit counted once and no deadlock", async () => {
  const crowd = await openCrowd(db, 50);
  const other = await createVariant(db.sql, 60);
  await db.sql`update stock_levels set on_hand = 60 where variant_id = ${variantId}`;
  const people = Array.from({ length: 12 }, () => ({
    guest: newShopper(),
    phone: newShopper(),
    user: newShopper(),
  }));
  const jobs = Array.from({ length: 600 }, (_, i) => ({
    kind: i % 8,
    who: must(people[(i * 7 + (i >> 3)) % 12]),
  }));
  const cart = (shopperId: string, ids: string[]) => ({ shopperId, lines: ids.flatMap(linesOf) });

  const answers = await inCrowd(crowd, jobs, async (session, { kind, who }) => {
    if (kind === 0) return transfer(session, who.guest, who.user);
    if (kind === 1) return transfer(session, who.phone, who.guest);
    if (kind === 2)
      await reserveBatch(session, [cart(who.user, [other, variantId]), cart(who.guest, [variantId])]);
    if (kind === 3) await take(session, who.phone, who.user);
    if (kind === 4) await take(session, who.guest);
    if (kind === 5) await extend(session, who.phone);
    if (kind === 6) await release(session, who.guest);
    if (kind === 7) await reserve(session, who.user, other, 2, "set");
    return { outcome: "done" };
  });

  const outcomes = answers.filter(({ job }) => job.kind < 2).map(({ result }) => result);
  for (const { outcome } of outcomes) expect(["transferred", "already_merged"]).toContain(outcome);
  await Promise.all(people.map((who) => transfer(db.sql, who.guest, who.user)));
  const [row] = await db.sql`select count(*)::int as left_behind from reservations
    join shoppers on shoppers.id = shopper_id where merged_into is not null`;
  expect(row).toEqual({ left_behind: 0 });
  for (const id of [variantId, other]) expect((await stockOf(db.sql, id)).reserved).toBeLessThanOrEqual(60);
  await Promise.all(crowd.map((session) => session.end()));
});
