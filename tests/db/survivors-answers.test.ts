import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { forOther, newKey } from "../support/keys.ts";
import {
  addLocation,
  asSuperuser,
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  must,
  newShopper,
  reserveBatch,
  rowOf,
  stockOf,
} from "../support/shop.ts";
import { begin, findDrift, rollback, sqlStateOf, startBlocked, transfer } from "./sessions.ts";

// Answers that no other test noticed when `npm run mutate:db` took a guard away.

const db = useTestDatabase();

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

const changes = ["release_reservations", "extend_reservations"] as const;

test.each(changes)("%s knows two modes, and takes no other for one of them", async (name) => {
  const shopperId = newShopper();
  const { reservationId } = await hold(db.sql, shopperId, await createVariant(db.sql, 1));
  for (const mode of ["'all'", "null"]) {
    expect(await sqlStateOf(db.sql.unsafe(`select ${name}('${shopperId}', null, ${mode})`))).toBe("HF001");
  }
  expect((await rowOf(db.sql, reservationId)).status).toBe("active");
});

test.each(["count_sign_in_attempt", "forget_sign_in_attempts"])(
  "%s is told all that it asks for",
  async (name) => {
    expect(await sqlStateOf(db.sql.unsafe(`select ${name}('password', null)`))).toBe("HF001");
    expect(await sqlStateOf(db.sql.unsafe(`select ${name}(null, 'a@example.test')`))).toBe("HF001");
  },
);

test("erasing an account needs the session that asks for it, and forgets nobody else's answers", async () => {
  const [userId, sessionId, strangerId] = [randomUUID(), randomUUID(), newShopper()];
  await asSuperuser(db, async (tx) => {
    await tx`insert into auth.users (id, email) values (${userId}, ${`${userId}@example.test`})`;
    await tx`insert into auth.sessions (id, user_id, created_at) values (${sessionId}, ${userId}, now())`;
  });
  expect(await sqlStateOf(db.sql`select erase_account(${userId}, null)`)).toBe("HF001");
  expect(await sqlStateOf(db.sql`select erase_account(null, ${sessionId})`)).toBe("HF001");
  const lines = [{ variantId: await createVariant(db.sql, 5), quantity: 1 }];
  const requests = [userId, strangerId].map((shopperId) => ({ shopperId, lines, ...newKey() }));
  await reserveBatch(db.sql, requests);
  await db.sql`select erase_account(${userId}, ${sessionId})`;
  const kept =
    await db.sql`select shopper_id from idempotency_keys where shopper_id in (${userId}, ${strangerId})`;
  expect(kept).toEqual([{ shopper_id: strangerId }]);
});

test("giving back all or nothing gives back nothing while one of them is being paid for", async () => {
  const shopperId = newShopper();
  const free = await hold(db.sql, shopperId, await createVariant(db.sql, 1));
  const paid = await hold(db.sql, shopperId, await createVariant(db.sql, 1));
  await db.sql`update reservations set status = 'paying' where id = ${paid.reservationId}`;
  const ids = [free.reservationId, paid.reservationId];
  const [row] =
    await db.sql`select release_reservations(${shopperId}, ${ids}::uuid[], 'all_or_nothing') as answer`;
  expect(must(row).answer).toMatchObject({ released: 0, releasedIds: [], paymentOpen: [paid.reservationId] });
  expect((await rowOf(db.sql, free.reservationId)).status).toBe("active");
});

test.each(changes)("%s does not remember a key longer than a day", async (name) => {
  const shopperId = newShopper();
  const { reservationId } = await hold(db.sql, shopperId, await createVariant(db.sql, 1));
  const key = newKey();
  const ask = async (keyed: typeof key) => {
    const [row] = await db.sql.unsafe(`select ${name}($1, $2::uuid[], 'partial', $3, $4) as answer`, [
      shopperId,
      [reservationId],
      keyed.idempotencyKey,
      keyed.bodyHash,
    ]);
    return must(row).answer.outcome;
  };
  await letTimePass(db, 60, shopperId);
  await ask(key);
  expect(await ask(forOther(key))).toBe("idempotency_mismatch");
  await db.sql`update idempotency_keys set created_at = created_at - interval '25 hours' where shopper_id = ${shopperId}`;
  expect(await ask(forOther(key))).toBeUndefined();
});

test("a guest whose sign-in is long ago is known by their own keys again, not by the user's", async () => {
  const [guest, user] = [newShopper(), newShopper()];
  const lines = [{ variantId: await createVariant(db.sql, 9), quantity: 1 }];
  const [mine, theirs] = [newKey(), newKey()];
  await reserveBatch(db.sql, [{ shopperId: user, lines, ...theirs }]);
  await transfer(db.sql, guest, user);
  await db.sql`update shoppers set merged_at = merged_at - interval '1 day' where id = ${guest}`;
  await reserveBatch(db.sql, [{ shopperId: guest, lines, ...mine }]);
  // The merge is over, and nobody has written so yet.
  await asSuperuser(
    db,
    (tx) =>
      tx`update shoppers set merged_into = ${user}, merged_at = now() - interval '1 day' where id = ${guest}`,
  );
  const asked = [mine, theirs].map((key) => ({ shopperId: guest, lines, ...key }));
  const [row] = await db.sql`select private.known_requests(${db.sql.json(asked)}) as known`;
  expect(must(row).known).toEqual({ 1: true });
  await db.sql`update shoppers set merged_into = null where id = ${guest}`;
});

test("a repair mends the level that drifted, and no other of its variant", async () => {
  const variantId = await createVariant(db.sql, 9);
  const elsewhere = await addLocation(db.sql, variantId, 2, 1);
  const main = await hold(db.sql, newShopper(), variantId, 4);
  await hold(db.sql, newShopper(), variantId, 5);
  const other = await hold(db.sql, newShopper(), variantId, 1);
  expect([main.locationId === elsewhere, other.locationId]).toEqual([false, elsewhere]);
  const levels = () => db.sql`
    select location_id, on_hand, reserved, next_expiry_at from stock_levels
    where variant_id = ${variantId} order by location_id`;
  const before = await levels();
  // More is held at the one than the other has at all.
  await asSuperuser(
    db,
    (tx) => tx`update stock_levels set reserved = 0
    where variant_id = ${variantId} and location_id = ${main.locationId}`,
  );
  await db.sql`select repair_stock_consistency(false)`;
  expect(await levels()).toEqual(before);
  await asSuperuser(
    db,
    (tx) => tx`update stock_levels set next_expiry_at = 'infinity'
    where variant_id = ${variantId} and location_id = ${main.locationId}`,
  );
  await asSuperuser(
    db,
    (tx) => tx`update reservations set expires_at = expires_at + interval '1 s',
    max_expires_at = max_expires_at + interval '1 s' where id = ${other.reservationId}`,
  );
  await db.sql`select repair_stock_consistency(false)`;
  expect(await levels()).toEqual(before);
});

test("a location that is added while a batch waits is seen: nobody is held at the old one alone", async () => {
  const variantId = await createVariant(db.sql, 2);
  const shoppers = [newShopper(), newShopper()].toSorted() as [string, string];
  const [joining, batch] = [db.connect(), db.connect()];
  await begin(joining);
  await joining`insert into shoppers (id) values (${shoppers[0]})`;
  const waiting = await startBlocked(db, batch, (session) =>
    reserveBatch(
      session,
      shoppers.map((shopperId) => ({ shopperId, lines: [{ variantId, quantity: 1 }] })),
    ),
  );
  // Its id is lower than that of main, so that it comes first among the variant's levels.
  const elsewhere = "00000000-0000-4000-8000-000000000001";
  await db.sql`insert into locations (id, code, name, priority) values (${elsewhere}, 'new', 'New', 9)`;
  await db.sql`insert into stock_levels (variant_id, location_id, on_hand) values (${variantId}, ${elsewhere}, 9)`;
  await hold(db.sql, newShopper(), variantId, 2);
  await rollback(joining);
  const answers = await waiting.result;
  expect(answers.map(({ lines }) => must(lines[0]).reservation?.locationId)).toEqual([elsewhere, elsewhere]);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 11, reserved: 4 });
});
