import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { forOther, type Keyed, newKey } from "../support/keys.ts";
import {
  type Answer,
  cartOf,
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  reserveBatch,
  stockOf,
  sweep,
} from "../support/shop.ts";
import { begin, rollback, sqlStateOf, transfer } from "./sessions.ts";

// The same key is the same wish: it is answered again, and done once.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let key: Keyed;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 10);
  shopperId = newShopper();
  key = newKey();
});
afterEach(() => expectConsistent(db.sql));

const wish = (quantity = 1, more: object = key) => ({
  shopperId,
  lines: [{ variantId, quantity }],
  ...more,
});
const ask = async (quantity = 1, more?: object): Promise<Answer> =>
  must((await reserveBatch(db.sql, [wish(quantity, more)]))[0]);
const reserved = async () => (await stockOf(db.sql, variantId)).reserved;
const kept = async () =>
  (await db.sql`select key from idempotency_keys where shopper_id = ${shopperId}`).length;
const haveBeenHere = (id: string) => db.sql`insert into shoppers (id) values (${id})`;

/** What was kept is that much older. */
const ageKeys = (interval: string) =>
  db.sql`update idempotency_keys set created_at = created_at - ${interval}::interval`;

type Changed = { serverNow: string; outcome?: string; answers?: unknown[]; released?: number };

async function call(sql: Sql, fn: string, ...args: unknown[]): Promise<Changed> {
  const places = args.map((_, n) => `$${n + 1}`).join(", ");
  const [row] = await sql.unsafe<{ answer: Changed }[]>(`select ${fn}(${places}) as answer`, args as never);
  return must(row).answer;
}
const setTo = (id: string, quantity: number, { idempotencyKey, bodyHash } = key) =>
  call(db.sql, "set_reservation_quantity", shopperId, id, quantity, idempotencyKey, bodyHash);
const extend = (ids: string[] | null, { idempotencyKey, bodyHash } = key) =>
  call(db.sql, "extend_reservations", shopperId, ids, "partial", idempotencyKey, bodyHash);
const giveBack = (ids: string[] | null, { idempotencyKey, bodyHash } = key) =>
  call(db.sql, "release_reservations", shopperId, ids, "partial", idempotencyKey, bodyHash);
const withoutNow = ({ serverNow: _, ...rest }: Changed) => rest;

describe.each(["a stranger", "somebody who has been here"])("%s", (who) => {
  beforeEach(async () => {
    if (who !== "a stranger") await haveBeenHere(shopperId);
  });

  test("who sends the same key again has one hold, and the same answer", async () => {
    const first = await ask(2);
    expect(first.outcome).toBe("held");
    expect(await ask(2)).toEqual(first);
    expect(await ask(2)).toEqual(first);
    expect(await reserved()).toBe(2);
    expect(await kept()).toBe(1);
  });

  test("who sends no key holds again, and leaves nothing", async () => {
    await ask(2, {});
    await ask(2, {});
    expect(await reserved()).toBe(4);
    expect(await kept()).toBe(0);
  });

  test("who sends the key with another body is told so, and nothing changes", async () => {
    await ask(2);
    expect(await ask(3, forOther(key))).toEqual({ outcome: "idempotency_mismatch", lines: [] });
    expect(await reserved()).toBe(2);
    expect(await ask(2)).toMatchObject({ outcome: "held" });
  });

  test("who had the last unit is told so again, though the shelf is empty now", async () => {
    const first = await ask(10);
    expect(await ask(10)).toEqual(first);
    const crowd = [newShopper(), newShopper()].map((other) => ({ ...wish(10, newKey()), shopperId: other }));
    const answers = await reserveBatch(db.sql, [...crowd, wish(10)]);
    expect(answers.map(({ outcome }) => outcome)).toEqual([
      "insufficient_stock",
      "insufficient_stock",
      "held",
    ]);
    expect(answers[2]).toEqual(first);
  });

  test("who was refused left nothing, and is asked again", async () => {
    expect(await ask(11)).toMatchObject({ outcome: "insufficient_stock" });
    expect(await kept()).toBe(0);
    await db.sql`update stock_levels set on_hand = 11 where variant_id = ${variantId}`;
    expect(await ask(11)).toMatchObject({ outcome: "held" });
    expect(await kept()).toBe(1);
  });

  test("the same key twice in one batch is one effect with one answer; with another body it is refused", async () => {
    const other = newShopper();
    const requests = [
      wish(2),
      { ...wish(1, {}), shopperId: other },
      wish(2),
      wish(3, forOther(key)),
      wish(2),
    ];
    const answers = await reserveBatch(db.sql, requests);
    expect(answers.map(({ outcome }) => outcome)).toEqual([
      "held",
      "held",
      "held",
      "idempotency_mismatch",
      "held",
    ]);
    expect(answers[2]).toEqual(answers[0]);
    expect(answers[4]).toEqual(answers[0]);
    expect(await reserved()).toBe(3);
  });

  test("known and new requests of a batch are answered in their order", async () => {
    const first = await ask(1);
    const requests = [wish(4, newKey()), wish(1), { ...wish(2, newKey()), shopperId: newShopper() }];
    const answers = await reserveBatch(db.sql, requests);
    expect(answers.map(({ lines: [line] }) => line?.reservation?.quantity)).toEqual([5, 1, 2]);
    expect(answers[1]).toEqual(first);
    expect(await reserved()).toBe(7);
  });

  test("who is refused in a batch in which others are served leaves nothing", async () => {
    const others = [newShopper(), newShopper()].map((id) => ({ ...wish(2, newKey()), shopperId: id }));
    const answers = await reserveBatch(db.sql, [...others, wish(11)]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(["held", "held", "insufficient_stock"]);
    expect(await kept()).toBe(0);
    for (const { shopperId: id } of others) {
      expect(await db.sql`select 1 from idempotency_keys where shopper_id = ${id}`).toHaveLength(1);
    }
  });

  test("with the transaction goes its key: what was rolled back is done the next time", async () => {
    const session = db.connect();
    await begin(session);
    await reserveBatch(session, [wish(2)]);
    await rollback(session);
    expect(await kept()).toBe(0);
    expect(await ask(2)).toMatchObject({ outcome: "held" });
    expect(await reserved()).toBe(2);
  });
});

test("two shoppers may have the same key", async () => {
  const other = newShopper();
  const [mine, theirs] = await reserveBatch(db.sql, [wish(2), { ...wish(3), shopperId: other }]);
  expect([mine?.outcome, theirs?.outcome]).toEqual(["held", "held"]);
  expect(await reserved()).toBe(5);
  const again = await reserveBatch(db.sql, [{ ...wish(3), shopperId: other }, wish(2)]);
  expect(again).toEqual([theirs, mine]);
  expect(await reserved()).toBe(5);
});

test("an answer is kept for 24 hours, whatever became of the hold, and then the key is free", async () => {
  const first = await ask(2);
  await letTimePass(db, 3600, shopperId);
  await ageKeys("23 hours 59 minutes");
  expect(await ask(2)).toEqual(first);
  expect(await reserved()).toBe(2);
  expect((await cartOf(db.sql, shopperId)).totalQuantity).toBe(0);
  await ageKeys("2 minutes");
  const second = await ask(3, forOther(key));
  expect(second).toMatchObject({ outcome: "held" });
  expect(await ask(3, forOther(key))).toEqual(second);
  expect(await kept()).toBe(1);
});

test("the shopper of a deleted row begins anew, whatever was kept", async () => {
  await ask(2);
  await release(db.sql, shopperId);
  await db.sql`delete from shoppers where id = ${shopperId}`;
  expect(await ask(3, forOther(key))).toMatchObject({ outcome: "held" });
  expect(await kept()).toBe(1);
});

test("a cart in part is kept as it was answered", async () => {
  const few = await createVariant(db.sql, 1);
  const lines = [...wish().lines, { variantId: few, quantity: 3 }];
  const cart = { shopperId, mode: "partial" as const, lines, ...key };
  const [first] = await reserveBatch(db.sql, [cart]);
  expect(first).toMatchObject({ outcome: "partial", lines: [{ outcome: "held" }, { shortfall: 2 }] });
  expect(await reserveBatch(db.sql, [cart])).toEqual([first]);
  expect(await reserved()).toBe(1);
});

describe("a hold that is there", () => {
  let id = "";
  beforeEach(async () => {
    id = (await hold(db.sql, shopperId, variantId, 3)).reservationId;
  });

  test("is set to a quantity once: a late repetition undoes nothing", async () => {
    const first = await setTo(id, 5);
    await setTo(id, 2, newKey("later"));
    const again = await setTo(id, 5);
    expect(withoutNow(again)).toEqual(withoutNow(first));
    expect(again.serverNow > first.serverNow).toBe(true);
    expect(await reserved()).toBe(2);
    expect(await setTo(id, 4, forOther(key))).toMatchObject({ outcome: "idempotency_mismatch" });
    expect(await reserved()).toBe(2);
  });

  test("is extended once", async () => {
    await letTimePass(db, 60, shopperId);
    const first = await extend([id]);
    expect(first.answers).toMatchObject([{ outcome: "extended" }]);
    await letTimePass(db, 60, shopperId);
    const end = await db.sql`select expires_at from reservations where id = ${id}`;
    const again = await extend([id]);
    expect(withoutNow(again)).toEqual(withoutNow(first));
    expect(again.serverNow > first.serverNow).toBe(true);
    expect(await db.sql`select expires_at from reservations where id = ${id}`).toEqual(end);
    expect(await extend(null, forOther(key))).toMatchObject({ outcome: "idempotency_mismatch" });
    expect(await db.sql`select expires_at from reservations where id = ${id}`).toEqual(end);
  });

  test("is taken again once when it has lapsed", async () => {
    await letTimePass(db, 1000, shopperId);
    const first = await extend([id]);
    expect(first.answers).toMatchObject([{ outcome: "held_again" }]);
    await release(db.sql, shopperId);
    expect(withoutNow(await extend([id]))).toEqual(withoutNow(first));
    expect(await reserved()).toBe(0);
  });

  test("is given back once: a late repetition takes nothing that was held since", async () => {
    const first = await giveBack(null);
    expect(first.released).toBe(1);
    await hold(db.sql, shopperId, variantId, 2);
    const again = await giveBack(null);
    expect(withoutNow(again)).toEqual(withoutNow(first));
    expect(again.serverNow > first.serverNow).toBe(true);
    expect(await reserved()).toBe(2);
    expect(await giveBack([id], forOther(key))).toMatchObject({ outcome: "idempotency_mismatch" });
    expect(await reserved()).toBe(2);
  });

  test("leaves no key where nothing was changed", async () => {
    await setTo(id, 3, newKey("same"));
    await setTo(id, 11, newKey("too many"));
    await giveBack([newShopper()], newKey("none of mine"));
    await db.sql`update reservations set max_expires_at = expires_at where id = ${id}`;
    await extend([id], newKey("at the limit"));
    await letTimePass(db, 7200, shopperId);
    const [again] = must((await extend([id], newKey("again"))).answers) as { outcome: string }[];
    expect(again?.outcome).toBe("held_again");
    await extend([id], newKey("held already"));
    const rows = await db.sql`select body_hash from idempotency_keys where shopper_id = ${shopperId}`;
    expect([...rows]).toEqual([{ body_hash: newKey("again").bodyHash }]);
  });
});

test("a change of a stranger, who has nothing, leaves nothing", async () => {
  expect(await giveBack(null)).toMatchObject({ released: 0 });
  expect(await extend([newShopper()])).toMatchObject({ answers: [{ outcome: "reservation_not_found" }] });
  expect(await setTo(newShopper(), 2)).toMatchObject({ outcome: "reservation_not_found" });
  expect(await kept()).toBe(0);
});

const malformed: [string, object][] = [
  ["a key without its hash", { idempotencyKey: "a" }],
  ["a hash without its key", { bodyHash: newKey().bodyHash }],
  ["an empty key", newKey("b", "")],
  ["256 characters", newKey("b", "x".repeat(256))],
  ["a space", newKey("b", "a b")],
  ["a line break at the end", newKey("b", "a\n")],
  ["what is not ASCII", newKey("b", "ü")],
  ["a number", { ...newKey(), idempotencyKey: 1 }],
  ["null", { ...newKey(), idempotencyKey: null }],
  ["a hash that is none", { idempotencyKey: "a", bodyHash: "abc" }],
  ["a hash of 65 digits", { idempotencyKey: "a", bodyHash: "0".repeat(65) }],
  ["a hash in capitals", { idempotencyKey: "a", bodyHash: "A".repeat(64) }],
];

test.each(malformed)("a malformed key is refused with HF001, alone or in a batch: %s", async (_, fields) => {
  const session = db.connect();
  const request = wish(1, fields);
  expect(await sqlStateOf(reserveBatch(session, [request as never]))).toBe("HF001");
  const batch = [{ ...wish(1, {}), shopperId: newShopper() }, request];
  expect(await sqlStateOf(reserveBatch(session, batch as never))).toBe("HF001");
  const { idempotencyKey = null, bodyHash = null } = fields as Partial<Keyed>;
  if (typeof idempotencyKey !== "number" && (idempotencyKey !== null || !("idempotencyKey" in fields))) {
    for (const fn of ["extend_reservations", "release_reservations"]) {
      expect(await sqlStateOf(call(session, fn, shopperId, null, "partial", idempotencyKey, bodyHash))).toBe(
        "HF001",
      );
    }
    const id = newShopper();
    const set = call(session, "set_reservation_quantity", shopperId, id, 1, idempotencyKey, bodyHash);
    expect(await sqlStateOf(set)).toBe("HF001");
  }
  expect(await reserved()).toBe(0);
});

test("the longest key is a key like any other", async () => {
  const longest = newKey("b", "~".repeat(255));
  const first = await ask(1, longest);
  expect(await ask(1, longest)).toEqual(first);
  expect(await reserved()).toBe(1);
});

test("nobody types a key that no request may have", async () => {
  const type = (id: string, hash: string) => db.sql`
    insert into idempotency_keys values (${shopperId}, ${id}, ${hash}, '{}', now())`;
  const { bodyHash } = key;
  expect(await sqlStateOf(type("", bodyHash))).toBe("23514");
  expect(await sqlStateOf(type("x".repeat(256), bodyHash))).toBe("23514");
  expect(await sqlStateOf(type("a b", bodyHash))).toBe("23514");
  expect(await sqlStateOf(type("a", bodyHash.slice(1)))).toBe("23514");
  expect(await sqlStateOf(type("a", `${bodyHash.slice(1)}g`))).toBe("23514");
  expect(await sqlStateOf(type("a", bodyHash))).toBe("none");
});

describe("signing in", () => {
  const user = newShopper;

  test("takes the keys along: a late repetition is answered again, with the old identity and the new", async () => {
    const into = user();
    const first = await ask(2);
    await transfer(db.sql, shopperId, into);
    expect(await ask(2)).toEqual(first);
    expect(await reserveBatch(db.sql, [{ ...wish(2), shopperId: into }])).toEqual([first]);
    expect(await reserved()).toBe(2);
    expect(await kept()).toBe(0);
  });

  test("is seen by a late repetition though the shelf is empty", async () => {
    const into = user();
    const first = await ask(10);
    await transfer(db.sql, shopperId, into);
    const stranger = { ...wish(10, {}), shopperId: newShopper() };
    expect((await reserveBatch(db.sql, [wish(10)]))[0]).toEqual(first);
    expect((await reserveBatch(db.sql, [stranger, wish(10)]))[1]).toEqual(first);
  });

  test("leaves the user the user's own answer to the same key, unless it is too old", async () => {
    const into = user();
    const as = (id: string, quantity: number) => reserveBatch(db.sql, [{ ...wish(quantity), shopperId: id }]);
    const theirs = await as(into, 2);
    await as(shopperId, 3);
    await transfer(db.sql, shopperId, into);
    expect(await as(into, 2)).toEqual(theirs);

    const [guest, old] = [newShopper(), newShopper()];
    await as(old, 1);
    await ageKeys("25 hours");
    const own = await as(guest, 1);
    await transfer(db.sql, guest, old);
    expect(await as(old, 1)).toEqual(own);
  });
});

test("the sweep prunes what is older than 24 hours, and nothing else", async () => {
  await db.sql`delete from idempotency_keys`;
  await ask(1, newKey("old"));
  await ageKeys("24 hours");
  await ask(1, newKey("young"));
  await ageKeys("1 hour");
  await sweep(db.sql);
  const rows = await db.sql`select body_hash from idempotency_keys`;
  expect([...rows]).toEqual([{ body_hash: newKey("young").bodyHash }]);
});

test("the sweep prunes in portions, and says whether more is left", async () => {
  // What earlier tests let grow old would be in the same portion.
  await sweep(db.sql);
  await db.sql`
    insert into idempotency_keys (shopper_id, key, body_hash, answer, created_at)
    select gen_random_uuid(), 'k', ${key.bodyHash}, '{}', now() - interval '25 hours' from generate_series(1, 5001)`;
  const left = async () => (await db.sql`select 1 from idempotency_keys where key = 'k'`).length;
  expect(await sweep(db.sql)).toMatchObject({ more: true });
  expect(await left()).toBe(1);
  expect(await sweep(db.sql)).toMatchObject({ more: false });
  expect(await left()).toBe(0);
});
