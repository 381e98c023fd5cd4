import { afterEach, beforeAll, expect, test } from "vitest";
import { buy } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, expectConsistent, hold, newShopper, stockOf } from "../support/shop.ts";
import { sqlStateOf } from "./sessions.ts";

const db = useTestDatabase();
let variantId = "";

beforeAll(async () => {
  variantId = await createVariant(db.sql, 100);
});

afterEach(() => expectConsistent(db.sql));

const statuses = ["active", "paying", "confirmed", "released", "expired"] as const;
type Status = (typeof statuses)[number];
const legal: Record<Status, Status[]> = {
  active: ["paying", "released", "expired"],
  paying: ["active", "confirmed", "released", "expired"],
  confirmed: [],
  released: [],
  expired: [],
};
const isEnded = (status: Status) => legal[status].length === 0;

const move = (id: string, to: Status) => db.sql`
  update reservations set status = ${to},
    ended_at = ${isEnded(to) ? db.sql`greatest(clock_timestamp(), expires_at)` : null}
  where id = ${id}`;

/** A hold of two units that came to its status by legal moves. */
async function holdIn(status: Status): Promise<string> {
  const shopperId = newShopper();
  const { reservationId } = await hold(db.sql, shopperId, variantId, 2);
  if (status === "confirmed") await buy(db.sql, shopperId);
  else if (status !== "active") await move(reservationId, status);
  return reservationId;
}

const pairs = statuses.flatMap((from) =>
  statuses.filter((to) => to !== from).map((to) => ({ from, to, isLegal: legal[from].includes(to) })),
);

test("paying becomes confirmed by a payment that succeeded, and by no hand", async () => {
  const id = await holdIn("paying");
  const before = await stockOf(db.sql, variantId);
  expect(await sqlStateOf(move(id, "confirmed"))).toBe("HF012");
  expect(await stockOf(db.sql, variantId)).toEqual(before);
});

test.each(pairs.filter(({ isLegal, to }) => isLegal && to !== "confirmed"))(
  "$from becomes $to, and is counted so",
  async ({ from, to }) => {
    const id = await holdIn(from);
    const before = (await stockOf(db.sql, variantId)).reserved;
    await move(id, to);
    expect((await stockOf(db.sql, variantId)).reserved).toBe(before - (isEnded(to) ? 2 : 0));
  },
);

test.each(pairs.filter((pair) => !pair.isLegal))("$from never becomes $to", async ({ from, to }) => {
  const id = await holdIn(from);
  const before = await stockOf(db.sql, variantId);
  expect(await sqlStateOf(db.sql`update reservations set status = ${to} where id = ${id}`)).toBe("HF002");
  expect(await stockOf(db.sql, variantId)).toEqual(before);
});

test.each(statuses.filter(isEnded))("a hold that is %s keeps its figures for good", async (status) => {
  const id = await holdIn(status);
  for (const change of [
    "quantity = 9",
    "expires_at = expires_at - interval '1 h'",
    "ended_at = ended_at + interval '1 h'",
  ]) {
    const changed = db.sql.unsafe(`update reservations set ${change} where id = '${id}'`);
    expect(await sqlStateOf(changed), change).toBe("HF003");
  }
});

test("a hold keeps its id, variant, location and beginning", async () => {
  const id = await holdIn("active");
  for (const change of [
    "id = gen_random_uuid()",
    "variant_id = gen_random_uuid()",
    "location_id = gen_random_uuid()",
    "created_at = created_at - interval '1 h'",
  ]) {
    const changed = db.sql.unsafe(`update reservations set ${change} where id = '${id}'`);
    expect(await sqlStateOf(changed), change).toBe("HF003");
  }
});

test.each([
  ["an active hold has no end yet", "active", "ended_at = now()"],
  ["an end needs its instant", "active", "status = 'released'"],
  ["a hold that expired did so after its expiry", "active", "status = 'expired', ended_at = now()"],
  ["no end lies past the maximum", "active", "expires_at = max_expires_at + interval '1 s'"],
  ["no maximum lies before the end", "paying", "max_expires_at = expires_at - interval '1 s'"],
  ["no hold replaces itself", "active", "replaces_id = id"],
  ["a hold lasts some time", "active", "duration_seconds = 0"],
  [
    "no maximum lies before the beginning",
    "active",
    "expires_at = created_at - interval '2 s', max_expires_at = created_at - interval '1 s'",
  ],
  ["only what was given back was withdrawn", "active", "is_withdrawn = true"],
] as const)("%s", async (_, status, change) => {
  const id = await holdIn(status);
  expect(await sqlStateOf(db.sql.unsafe(`update reservations set ${change} where id = '${id}'`))).toBe(
    "23514",
  );
});

test("a shopper has one active hold per variant and location; one that is being paid is beside it", async () => {
  const shopperId = newShopper();
  const { reservationId, locationId } = await hold(db.sql, shopperId, variantId);
  const another = () => db.sql`
    insert into reservations (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
    values (${shopperId}, ${variantId}, ${locationId}, 1, 900, now(), now() + '15 min', now() + '2 h')`;
  expect(await sqlStateOf(another())).toBe("23505");
  await move(reservationId, "paying");
  expect(await sqlStateOf(another())).toBe("none");
  expect(await sqlStateOf(move(reservationId, "active"))).toBe("23505");
});
