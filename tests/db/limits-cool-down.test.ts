import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, expectConsistent, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// Who let holds of a variant come to nothing waits with the next one: which holds count, whose purchase begins anew,
// and who holds it still. Here a single hold is too many, within two hours and for two hours; all times are minutes.

const db = useTestDatabase();
const now = new Date();
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
let shopperId = "";
let another = "";
let variantId = "";
let anotherVariant = "";

beforeEach(async () => {
  await db.sql`update store_settings set
    max_unconverted_holds = 1, unconverted_window_seconds = 7200, cool_down_seconds = 7200`;
  [shopperId, another] = [newShopper(), newShopper()];
  [variantId, anotherVariant] = [await createVariant(db.sql, 9), await createVariant(db.sql, 9)];
});
afterEach(() => expectConsistent(db.sql));

/** When a hold began, was to end after its quarter of an hour, and ended: so long ago. */
type Past = { status: string; began: number; ended?: number; isWithdrawn?: boolean };
type Whose = { by?: string; of?: string };

async function put({ status, began, ended, isWithdrawn = false }: Past, whose: Whose = {}) {
  const [main] = await db.sql`select id from locations where code = 'main'`;
  const hold = {
    shopper_id: whose.by ?? shopperId,
    variant_id: whose.of ?? variantId,
    location_id: must(main).id,
    quantity: 1,
    status,
    duration_seconds: 900,
    is_withdrawn: isWithdrawn,
    max_expires_at: ago(-180),
    created_at: ago(began),
    expires_at: ago(began - 15),
    ended_at: ended === undefined ? null : ago(ended),
  };
  await db.sql`insert into reservations ${db.sql(hold)}`;
}
const lapsed: Past = { status: "expired", began: 75, ended: 60 };
const live: Past = { status: "active", began: 5 };
const cameToNothing: [string, Past][] = [
  ["lapsed and swept", lapsed],
  ["lapsed and met by nobody", { status: "active", began: 75 }],
  ["given back at the last moment", { status: "released", began: 68, ended: 60 }],
];

describe("the pause", () => {
  const endsAt = () =>
    answerOf(db.sql, "private.cool_down_ends_at($1, $2, (select s from store_settings as s), $3)", [
      shopperId,
      variantId,
      now,
    ]);

  test.each(cameToNothing)("follows a hold that was %s", async (_, past) => {
    await put(past);
    expect(await endsAt()).toEqual(ago(60 - 120));
  });

  test.each(cameToNothing)("is of one shopper and one variant: %s", async (_, past) => {
    await put(past, { by: another });
    await put(past, { of: anotherVariant });
    expect(await endsAt()).toBeNull();
  });

  test("ends", async () => {
    await put(lapsed);
    await db.sql`update store_settings set cool_down_seconds = 1800`;
    expect(await endsAt()).toBeNull();
  });

  test.each<[string, Past]>([
    ["is held still", live],
    ["was given back soon", { status: "released", began: 40, ended: 35 }],
    ["the shop took back", { status: "released", began: 40, ended: 30, isWithdrawn: true }],
  ])("does not follow a hold that %s", async (_, past) => {
    await put(past);
    expect(await endsAt()).toBeNull();
  });

  test("is over for who bought some of it", async () => {
    await put(lapsed);
    const bought = { status: "confirmed", began: 35, ended: 30 };
    await put(bought, { by: another });
    await put(bought, { of: anotherVariant });
    expect(await endsAt()).toEqual(ago(60 - 120));
    await put(bought);
    expect(await endsAt()).toBeNull();
  });
});

describe("a request", () => {
  const limits = (more: { skip?: object; madeAt?: Date } = {}) =>
    answerOf(db.sql, "private.cooling_requests($1, $2, (select s from store_settings as s), $3, $4)", [
      [{ shopperId, lines: [{ variantId, quantity: 1 }] }],
      more.skip ?? {},
      now,
      more.madeAt ?? null,
    ]);
  const waits = { 1: { name: "max_unconverted_holds", value: 1 } };

  beforeEach(() => put(lapsed));

  test("for a new hold has to wait, and is told how long", async () => {
    expect(await limits()).toEqual({ 1: { ...waits[1], retryAfterSeconds: 3600 } });
  });

  test("that does not matter does not wait", async () => {
    expect(await limits({ skip: { 1: true } })).toBeNull();
  });

  test("about a hold that is there already does not wait, unless it is the one in question", async () => {
    await put(live);
    expect(await limits()).toBeNull();
    expect(await limits({ madeAt: ago(live.began) })).toMatchObject(waits);
  });

  test.each<[string, Past, () => Whose]>([
    ["lapsed", { ...live, began: 40 }, () => ({})],
    ["is being paid", { ...live, status: "paying" }, () => ({})],
    ["is another shopper's", live, () => ({ by: another })],
    ["is of another variant", live, () => ({ of: anotherVariant })],
  ])("is not excused by a hold that %s", async (_, past, whose) => {
    await put(past, whose());
    expect(await limits()).toMatchObject(waits);
  });

  test("does not wait where the shop does without, also by a clock that was read before the hold ended", async () => {
    await db.sql`update store_settings set cool_down_seconds = 0`;
    await put({ status: "expired", began: 14, ended: -1 });
    expect(await limits()).toBeNull();
  });
});
