import { beforeEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { forOther, type Keyed, newKey } from "../support/keys.ts";
import { hold, letTimePass, must, newShopper, release } from "../support/shop.ts";
import { type Changed, call, useKeyedShopper } from "./keyed-shopper.ts";

// A change of a hold is done once, too, however often its key comes.

const db = useTestDatabase();
const at = useKeyedShopper(db);
const { reserved, kept } = at;

const change = (fn: string, what: unknown, how: unknown, { idempotencyKey, bodyHash } = at.key) =>
  call(db.sql, fn, at.shopperId, what, how, idempotencyKey, bodyHash);
const setTo = (id: string, quantity: number, key?: Keyed) =>
  change("set_reservation_quantity", id, quantity, key);
const extend = (ids: string[] | null, key?: Keyed) => change("extend_reservations", ids, "partial", key);
const giveBack = (ids: string[] | null, key?: Keyed) => change("release_reservations", ids, "partial", key);
const withoutNow = ({ serverNow: _, ...rest }: Changed) => rest;

describe("a hold that is there", () => {
  let id = "";
  beforeEach(async () => {
    id = (await hold(db.sql, at.shopperId, at.variantId, 3)).reservationId;
  });

  test("is set to a quantity once: a late repetition undoes nothing", async () => {
    const first = await setTo(id, 5);
    await setTo(id, 2, newKey("later"));
    const again = await setTo(id, 5);
    expect(withoutNow(again)).toEqual(withoutNow(first));
    expect(again.serverNow > first.serverNow).toBe(true);
    expect(await reserved()).toBe(2);
    expect(await setTo(id, 4, forOther(at.key))).toMatchObject({ outcome: "idempotency_mismatch" });
    expect(await reserved()).toBe(2);
  });

  test("is extended once", async () => {
    await letTimePass(db, 60, at.shopperId);
    const first = await extend([id]);
    expect(first.answers).toMatchObject([{ outcome: "extended" }]);
    await letTimePass(db, 60, at.shopperId);
    const end = await db.sql`select expires_at from reservations where id = ${id}`;
    const again = await extend([id]);
    expect(withoutNow(again)).toEqual(withoutNow(first));
    expect(again.serverNow > first.serverNow).toBe(true);
    expect(await db.sql`select expires_at from reservations where id = ${id}`).toEqual(end);
    expect(await extend(null, forOther(at.key))).toMatchObject({ outcome: "idempotency_mismatch" });
    expect(await db.sql`select expires_at from reservations where id = ${id}`).toEqual(end);
  });

  test("is taken again once when it has lapsed", async () => {
    await letTimePass(db, 1000, at.shopperId);
    const first = await extend([id]);
    expect(first.answers).toMatchObject([{ outcome: "held_again" }]);
    await release(db.sql, at.shopperId);
    expect(withoutNow(await extend([id]))).toEqual(withoutNow(first));
    expect(await reserved()).toBe(0);
  });

  test("is given back once: a late repetition takes nothing that was held since", async () => {
    const first = await giveBack(null);
    expect(first.released).toBe(1);
    await hold(db.sql, at.shopperId, at.variantId, 2);
    const again = await giveBack(null);
    expect(withoutNow(again)).toEqual(withoutNow(first));
    expect(again.serverNow > first.serverNow).toBe(true);
    expect(await reserved()).toBe(2);
    expect(await giveBack([id], forOther(at.key))).toMatchObject({ outcome: "idempotency_mismatch" });
    expect(await reserved()).toBe(2);
  });

  test("leaves no key where nothing was changed", async () => {
    await setTo(id, 3, newKey("same"));
    await setTo(id, 11, newKey("too many"));
    await giveBack([newShopper()], newKey("none of mine"));
    await db.sql`update reservations set max_expires_at = expires_at where id = ${id}`;
    await extend([id], newKey("at the limit"));
    await letTimePass(db, 7200, at.shopperId);
    const [again] = must((await extend([id], newKey("again"))).answers) as { outcome: string }[];
    expect(again?.outcome).toBe("held_again");
    await extend([id], newKey("held already"));
    const rows = await db.sql`select body_hash from idempotency_keys where shopper_id = ${at.shopperId}`;
    expect([...rows]).toEqual([{ body_hash: newKey("again").bodyHash }]);
  });
});

test("a change of a stranger, who has nothing, leaves nothing", async () => {
  expect(await giveBack(null)).toMatchObject({ released: 0 });
  expect(await extend([newShopper()])).toMatchObject({ answers: [{ outcome: "reservation_not_found" }] });
  expect(await setTo(newShopper(), 2)).toMatchObject({ outcome: "reservation_not_found" });
  expect(await kept()).toBe(0);
});
