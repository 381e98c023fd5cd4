import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type Keyed, newKey } from "../support/keys.ts";
import { newShopper, reserveBatch, sweep } from "../support/shop.ts";
import { call, useKeyedShopper } from "./keyed-shopper.ts";
import { sqlStateOf } from "./sessions.ts";

// What may be a key, and how long it is kept.

const db = useTestDatabase();
const at = useKeyedShopper(db);
const { wish, ask, reserved, ageKeys } = at;

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
      expect(
        await sqlStateOf(call(session, fn, at.shopperId, null, "partial", idempotencyKey, bodyHash)),
      ).toBe("HF001");
    }
    const id = newShopper();
    const set = call(session, "set_reservation_quantity", at.shopperId, id, 1, idempotencyKey, bodyHash);
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
    insert into idempotency_keys values (${at.shopperId}, ${id}, ${hash}, '{}', now())`;
  const { bodyHash } = at.key;
  expect(await sqlStateOf(type("", bodyHash))).toBe("23514");
  expect(await sqlStateOf(type("x".repeat(256), bodyHash))).toBe("23514");
  expect(await sqlStateOf(type("a b", bodyHash))).toBe("23514");
  expect(await sqlStateOf(type("a", bodyHash.slice(1)))).toBe("23514");
  expect(await sqlStateOf(type("a", `${bodyHash.slice(1)}g`))).toBe("23514");
  expect(await sqlStateOf(type("a", bodyHash))).toBe("none");
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
    select gen_random_uuid(), 'k', ${at.key.bodyHash}, '{}', now() - interval '25 hours' from generate_series(1, 5001)`;
  const left = async () => (await db.sql`select 1 from idempotency_keys where key = 'k'`).length;
  expect(await sweep(db.sql)).toMatchObject({ more: true });
  expect(await left()).toBe(1);
  expect(await sweep(db.sql)).toMatchObject({ more: false });
  expect(await left()).toBe(0);
});
