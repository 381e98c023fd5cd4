import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  cartOf,
  createVariant,
  expectConsistent,
  extend,
  hold,
  letTimePass,
  newShopper,
  release,
  rowOf,
  setQuantity,
  stockOf,
} from "../support/shop.ts";
import { adminId, adminTrail, holdWithTimeline, listHolds, releaseAsAdmin } from "./admin-calls.ts";
import { begin, commit, sqlStateOf, startBlocked } from "./sessions.ts";

const db = useTestDatabase();
let variantId = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 9);
});
afterEach(() => expectConsistent(db.sql));

const idsOf = ({ reservations }: { reservations: { reservationId: string }[] }) =>
  reservations.map(({ reservationId }) => reservationId);

test("holds are listed newest first, a page at a time, each once", async () => {
  const made: string[] = [];
  for (let i = 0; i < 5; i++) made.push((await hold(db.sql, newShopper(), variantId)).reservationId);
  // Two of the same millisecond stand in any order.
  made.sort();
  const pages: string[][] = [];
  for (let before: string | null | undefined; before !== null; ) {
    const page = await listHolds(db.sql, { variantId, limit: 2, ...(before && { before }) });
    pages.push(idsOf(page));
    before = page.next;
  }
  expect(pages).toEqual([made.slice(3).reverse(), made.slice(1, 3).reverse(), made.slice(0, 1)]);
});

test("a state, a variant and a shopper each narrow the list; lapsed is told by the clock", async () => {
  const [ended, lapsing, paid, mine] = [newShopper(), newShopper(), newShopper(), newShopper()];
  const released = await hold(db.sql, ended, variantId);
  await release(db.sql, ended);
  const lapsed = await hold(db.sql, lapsing, variantId);
  await letTimePass(db, 901);
  const paying = await hold(db.sql, paid, variantId);
  await db.sql`update reservations set status = 'paying' where id = ${paying.reservationId}`;
  const active = await hold(db.sql, mine, variantId);
  const inState = async (state: string) => idsOf(await listHolds(db.sql, { state, variantId }));
  expect(await inState("released")).toEqual([released.reservationId]);
  expect(await inState("lapsed")).toEqual([lapsed.reservationId]);
  expect(await inState("paying")).toEqual([paying.reservationId]);
  expect(await inState("active")).toEqual([active.reservationId]);
  expect(await inState("expired")).toEqual([]);
  const { reservations } = await listHolds(db.sql, { shopperId: lapsing });
  expect(reservations).toMatchObject([{ reservationId: lapsed.reservationId, state: "lapsed" }]);
  expect(await sqlStateOf(listHolds(db.sql, { state: "gone" }))).toBe("HF001");
  expect(await sqlStateOf(listHolds(db.sql, { limit: 0 }))).toBe("HF001");
  expect(await sqlStateOf(listHolds(db.sql, { limit: 201 }))).toBe("HF001");
});

test("one hold tells all that happened to it, oldest first, and nothing of others", async () => {
  const shopperId = newShopper();
  const { reservationId } = await hold(db.sql, shopperId, variantId, 2);
  await hold(db.sql, newShopper(), variantId, 1);
  await setQuantity(db.sql, shopperId, reservationId, 3);
  await extend(db.sql, shopperId);
  await release(db.sql, shopperId);
  const { timeline, reservation } = await holdWithTimeline(db.sql, reservationId);
  expect(reservation).toMatchObject({ reservationId, shopperId, state: "released", isWithdrawn: false });
  expect(timeline.map(({ actor, cause }) => `${actor} ${cause}`)).toEqual([
    "shopper reserve",
    "shopper set_quantity",
    "shopper extend",
    "shopper release",
  ]);
  expect(timeline[0]?.before).toBeNull();
  expect(timeline[1]).toMatchObject({ before: { quantity: 2 }, after: { quantity: 3 } });
  expect(timeline.at(-1)).toMatchObject({
    after: { status: "released", quantity: 3 },
    adminId: null,
    reason: null,
  });
  expect(await holdWithTimeline(db.sql, newShopper())).toMatchObject({ outcome: "not_found" });
});

test("a hold whose units were taken again names the hold that did", async () => {
  const shopperId = newShopper();
  const { reservationId } = await hold(db.sql, shopperId, variantId);
  await letTimePass(db, 901, shopperId);
  const [again] = await extend(db.sql, shopperId, [reservationId]);
  const { replacedBy, reservation } = await holdWithTimeline(db.sql, reservationId);
  expect(reservation.state).toBe("expired");
  expect(replacedBy).toBe(again?.reservation?.reservationId);
});

test("an admin takes a hold back: the units are free, the shopper is told, who and why is kept", async () => {
  const shopperId = newShopper();
  const { reservationId } = await hold(db.sql, shopperId, variantId, 4);
  expect(await releaseAsAdmin(db.sql, reservationId, "Broken in the window")).toMatchObject({
    outcome: "released",
    reservation: { reservationId, state: "released", isWithdrawn: true },
  });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 9, reserved: 0 });
  expect((await cartOf(db.sql, shopperId)).lapsed).toMatchObject([{ reservationId, reason: "withdrawn" }]);
  expect((await holdWithTimeline(db.sql, reservationId)).timeline.at(-1)).toMatchObject({
    actor: "admin",
    cause: "release",
    adminId,
    reason: "Broken in the window",
  });
  expect(await releaseAsAdmin(db.sql, reservationId)).toMatchObject({ outcome: "ended", status: "released" });
  expect(await adminTrail(db.sql, reservationId)).toHaveLength(1);
});

test("a hold that is being paid stays; one that lapsed expires instead; an ended one stays ended", async () => {
  const shopperId = newShopper();
  const paying = await hold(db.sql, newShopper(), variantId, 2);
  await db.sql`update reservations set status = 'paying' where id = ${paying.reservationId}`;
  expect(await releaseAsAdmin(db.sql, paying.reservationId)).toMatchObject({ outcome: "payment_open" });
  expect((await rowOf(db.sql, paying.reservationId)).status).toBe("paying");
  const lapsed = await hold(db.sql, shopperId, variantId, 2);
  await letTimePass(db, 901, shopperId);
  expect(await releaseAsAdmin(db.sql, lapsed.reservationId)).toMatchObject({
    outcome: "ended",
    status: "expired",
  });
  expect((await rowOf(db.sql, lapsed.reservationId)).status).toBe("expired");
  expect(await adminTrail(db.sql, lapsed.reservationId)).toEqual([]);
  expect(await releaseAsAdmin(db.sql, newShopper())).toMatchObject({ outcome: "not_found" });
});

test("without a reason or an admin it is a bug of the caller, and changes nothing", async () => {
  const { reservationId } = await hold(db.sql, newShopper(), variantId);
  for (const reason of [null, "", "  "]) {
    expect(await sqlStateOf(releaseAsAdmin(db.sql, reservationId, reason))).toBe("HF001");
  }
  expect(await sqlStateOf(releaseAsAdmin(db.sql, reservationId, "Broken", null))).toBe("HF001");
  expect((await rowOf(db.sql, reservationId)).status).toBe("active");
});

test("a payment that begins while the admin waits for the lock wins", async () => {
  const { reservationId } = await hold(db.sql, newShopper(), variantId, 2);
  const [payer, admin] = [db.connect(), db.connect()];
  await begin(payer);
  await payer`select 1 from stock_levels where variant_id = ${variantId} for no key update`;
  await payer`update reservations set status = 'paying' where id = ${reservationId}`;
  const late = await startBlocked(db, admin, (session) => releaseAsAdmin(session, reservationId));
  await commit(payer);
  expect(await late.result).toMatchObject({ outcome: "payment_open" });
  expect((await rowOf(db.sql, reservationId)).status).toBe("paying");
});

test("what is typed after an admin's change in the same transaction is not the admin's", async () => {
  const { reservationId } = await hold(db.sql, newShopper(), variantId);
  const session = db.connect();
  await begin(session);
  await releaseAsAdmin(session, reservationId);
  await session`update store_settings set low_stock_at = low_stock_at + 1`;
  await commit(session);
  const [last] = (await adminTrail(db.sql)).slice(-1);
  expect(last).toMatchObject({
    actor: "postgres",
    cause: "sql",
    adminId: null,
    reason: null,
    entity: "settings",
  });
});

test("the trail of the admins is only ever added to, even by the owner of the schema", async () => {
  for (const statement of [
    "update admin_trail set reason = 'x'",
    "delete from admin_trail",
    "truncate admin_trail",
  ]) {
    expect(await sqlStateOf(db.sql.unsafe(statement)), statement).toBe("HF008");
  }
});
