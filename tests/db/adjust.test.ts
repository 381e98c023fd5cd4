import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  cartOf,
  createVariant,
  expectConsistent,
  type Hold,
  hold,
  letTimePass,
  must,
  newShopper,
  rowOf,
  stockOf,
} from "../support/shop.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

const db = useTestDatabase();
let variantId = "";
let main = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  const [row] = await db.sql<{ id: string }[]>`select id from locations where code = 'main'`;
  main = must(row).id;
});

afterEach(async () => {
  await expectConsistent(db.sql);
  // Among it: the sum of a level's movements is its on_hand.
  expect(await findDrift(db.sql)).toEqual([]);
});

type Adjusted = {
  outcome: string;
  onHand?: number;
  reserved?: number;
  missing?: number;
  released?: (Hold & { shopperId: string })[];
  inTheWay?: (Hold & { shopperId: string })[];
};

/** All of the answer, as the admin's screen gets it. */
async function adjust(
  delta: number | null,
  options: { releaseNewest?: boolean; reason?: string | null; locationId?: string } = {},
): Promise<Adjusted> {
  const { releaseNewest = false, reason = "counted again", locationId = main } = options;
  const [row] = await db.sql<{ answer: Adjusted }[]>`
    select adjust_stock(${variantId}, ${locationId}, ${delta}, ${reason}, ${releaseNewest}) as answer`;
  return must(row).answer;
}

const movements = () => db.sql<{ actor: string; reason: string; delta: number; on_hand_after: number }[]>`
  select actor, reason, delta, on_hand_after from stock_movements where variant_id = ${variantId} order by id`;

const ids = (holds: Hold[] | undefined) => must(holds).map(({ reservationId }) => reservationId);

test("up and down: on_hand follows, and each adjustment is in the ledger with who and why", async () => {
  expect(await adjust(4, { reason: "a delivery" })).toMatchObject({
    outcome: "adjusted",
    onHand: 9,
    released: [],
  });
  expect(await adjust(-6, { reason: "broken" })).toMatchObject({
    outcome: "adjusted",
    onHand: 3,
    released: [],
  });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 0 });
  expect([...(await movements())]).toEqual([
    { actor: "postgres", reason: "sql", delta: 5, on_hand_after: 5 },
    { actor: "admin", reason: "a delivery", delta: 4, on_hand_after: 9 },
    { actor: "admin", reason: "broken", delta: -6, on_hand_after: 3 },
  ]);
  const [trail] = await db.sql`select actor, cause, before, after from audit_log
    where variant_id = ${variantId} and entity = 'stock_level' order by id desc limit 1`;
  expect(trail).toMatchObject({
    actor: "admin",
    cause: "adjust",
    before: { onHand: 9 },
    after: { onHand: 3 },
  });
});

test("down to what is held is fine", async () => {
  await hold(db.sql, newShopper(), variantId, 3);
  expect(await adjust(-2)).toMatchObject({ outcome: "adjusted", onHand: 3 });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 3 });
});

test("below the live holds is refused: the newest that would have to go are named, and nothing changes", async () => {
  const first = await hold(db.sql, newShopper(), variantId, 2);
  const second = await hold(db.sql, newShopper(), variantId, 1);
  const shopperId = newShopper();
  const third = await hold(db.sql, shopperId, variantId, 1);
  const answer = await adjust(-3);
  expect(answer).toMatchObject({ outcome: "units_held", onHand: 5, reserved: 4, missing: 2 });
  expect(ids(answer.inTheWay)).toEqual([third.reservationId, second.reservationId]);
  expect(answer.inTheWay?.[0]).toMatchObject({ ...third, shopperId });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 4 });
  for (const { reservationId } of [first, second, third]) {
    expect((await rowOf(db.sql, reservationId)).status).toBe("active");
  }
  expect(await movements()).toHaveLength(1);
});

test("told so, it takes back the newest, as many as are needed, and leaves those who came first", async () => {
  const [old, last] = [newShopper(), newShopper()];
  const first = await hold(db.sql, old, variantId, 2);
  const second = await hold(db.sql, last, variantId, 2);
  const answer = await adjust(-2, { releaseNewest: true });
  expect(answer).toMatchObject({ outcome: "adjusted", onHand: 3 });
  expect(answer.released).toMatchObject([{ ...second, shopperId: last }]);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 2 });
  expect((await rowOf(db.sql, first.reservationId)).status).toBe("active");
  expect((await rowOf(db.sql, second.reservationId)).status).toBe("released");
});

test("whose hold is taken back is told: withdrawn, for as long as an expired one is shown", async () => {
  const shopperId = newShopper();
  const { reservationId } = await hold(db.sql, shopperId, variantId, 5);
  await adjust(-1, { releaseNewest: true });
  const cart = await cartOf(db.sql, shopperId);
  expect(cart.lines).toEqual([]);
  expect(cart.lapsed).toMatchObject([{ reservationId, variantId, quantity: 5, reason: "withdrawn" }]);
  const [row] = await db.sql<{ ended_at: Date }[]>`
    select ended_at from reservations where id = ${reservationId}`;
  expect(Math.floor(Date.parse(must(cart.lapsed[0]).expiredAt))).toBe(must(row).ended_at.getTime());
  await letTimePass(db, 1790, shopperId);
  expect((await cartOf(db.sql, shopperId)).lapsed).toHaveLength(1);
  await letTimePass(db, 20, shopperId);
  expect((await cartOf(db.sql, shopperId)).lapsed).toEqual([]);
});

test("a shopper who holds it again is not told any more", async () => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 5);
  await adjust(-1, { releaseNewest: true });
  await hold(db.sql, shopperId, variantId, 4);
  expect((await cartOf(db.sql, shopperId)).lapsed).toEqual([]);
});

test("lapsed holds are no obstacle: they expire first, and no live one is taken back", async () => {
  const lapsed = await hold(db.sql, newShopper(), variantId, 3);
  await letTimePass(db, 901);
  const live = await hold(db.sql, newShopper(), variantId, 2);
  expect(await adjust(-3, { releaseNewest: true })).toMatchObject({
    outcome: "adjusted",
    onHand: 2,
    released: [],
  });
  expect((await rowOf(db.sql, lapsed.reservationId)).status).toBe("expired");
  expect((await rowOf(db.sql, live.reservationId)).status).toBe("active");
});

test("a refusal counts what is held without what had lapsed", async () => {
  await hold(db.sql, newShopper(), variantId, 3);
  await letTimePass(db, 901);
  const live = await hold(db.sql, newShopper(), variantId, 2);
  const answer = await adjust(-4);
  expect(answer).toMatchObject({ outcome: "units_held", onHand: 5, reserved: 2, missing: 1 });
  expect(ids(answer.inTheWay)).toEqual([live.reservationId]);
});

test("units that are being paid are not taken back, even when told so", async () => {
  const paid = await hold(db.sql, newShopper(), variantId, 3);
  await db.sql`update reservations set status = 'paying' where id = ${paid.reservationId}`;
  const active = await hold(db.sql, newShopper(), variantId, 2);
  for (const releaseNewest of [false, true]) {
    expect(await adjust(-3, { releaseNewest })).toMatchObject({
      outcome: "payment_open",
      onHand: 5,
      reserved: 5,
      missing: 3,
      inTheWay: [{ reservationId: active.reservationId }],
    });
  }
  expect((await rowOf(db.sql, active.reservationId)).status).toBe("active");
  expect(await adjust(-2, { releaseNewest: true })).toMatchObject({ outcome: "adjusted", onHand: 3 });
  expect((await rowOf(db.sql, paid.reservationId)).status).toBe("paying");
});

test("nothing can be taken from a shelf beyond what lies there, nor put there beyond what can be counted", async () => {
  for (const delta of [-6, -2_147_483_648, 2_147_483_643]) {
    expect(await adjust(delta)).toMatchObject({ outcome: "below_zero", onHand: 5 });
  }
  expect(await adjust(-5)).toMatchObject({ outcome: "adjusted", onHand: 0 });
});

test("what is not kept there cannot be adjusted there", async () => {
  expect(await adjust(1, { locationId: newShopper() })).toEqual({ outcome: "not_found" });
});

test("an adjustment by nothing or without a reason is a bug of the caller, and changes nothing", async () => {
  expect(await sqlStateOf(adjust(0))).toBe("HF001");
  expect(await sqlStateOf(adjust(null))).toBe("HF001");
  expect(await sqlStateOf(adjust(1, { reason: "" }))).toBe("HF001");
  expect(await sqlStateOf(adjust(1, { reason: "  " }))).toBe("HF001");
  expect(await sqlStateOf(adjust(1, { reason: null }))).toBe("HF001");
  expect((await stockOf(db.sql, variantId)).on_hand).toBe(5);
});

test("the reason of an adjustment does not stick to what is typed after it", async () => {
  const session = db.connect();
  await session`begin`;
  await session`select adjust_stock(${variantId}, ${main}, 1, 'found one')`;
  await session`update stock_levels set on_hand = on_hand + 1 where variant_id = ${variantId}`;
  await session`commit`;
  expect((await movements()).slice(1)).toMatchObject([
    { actor: "admin", reason: "found one", on_hand_after: 6 },
    { actor: "postgres", reason: "sql", on_hand_after: 7 },
  ]);
});

test("typed SQL writes the ledger too: a new level, a change, a level that goes", async () => {
  const [place] = await db.sql<{ id: string }[]>`
    insert into locations (code, name) values (${newShopper()}, 'Elsewhere') returning id`;
  const there = db.sql`variant_id = ${variantId} and location_id = ${must(place).id}`;
  await db.sql`insert into stock_levels (variant_id, location_id, on_hand)
    values (${variantId}, ${must(place).id}, 7)`;
  await db.sql`update stock_levels set on_hand = 7, safety_stock = 1 where ${there}`;
  await db.sql`update stock_levels set on_hand = 2 where ${there}`;
  await db.sql`delete from stock_levels where ${there}`;
  expect((await movements()).slice(1)).toMatchObject([
    { delta: 7, on_hand_after: 7 },
    { delta: -5, on_hand_after: 2 },
    { delta: -2, on_hand_after: 0 },
  ]);
});

test("the ledger is only ever added to, even by the owner of the schema", async () => {
  for (const statement of [
    "update stock_movements set delta = 1",
    "delete from stock_movements",
    "truncate stock_movements",
  ]) {
    expect(await sqlStateOf(db.sql.unsafe(statement)), statement).toBe("HF008");
  }
});
