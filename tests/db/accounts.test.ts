import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { buy } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { newKey } from "../support/keys.ts";
import {
  asSuperuser,
  cartOf,
  createVariant,
  expectConsistent,
  hold,
  must,
  reserveBatch,
  stockOf,
} from "../support/shop.ts";
import { findDrift, transfer } from "./sessions.ts";
import { newUser } from "./users.ts";

const db = useTestDatabase();

async function erase(userId: string | null, sessionId: string | null) {
  const [row] = await db.sql`select erase_account(${userId}, ${sessionId}) as answer`;
  return must(row).answer;
}

const isThere = async (userId: string) =>
  (
    await db.sql`select (select count(*)::int from auth.users where id = ${userId}) as users,
      (select count(*)::int from auth.sessions where user_id = ${userId}) as sessions,
      (select count(*)::int from auth.identities where user_id = ${userId}) as identities`
  )[0];

test("an order that was cancelled goes with the account, though its money is on its way back still", async () => {
  const { userId, sessionId } = await newUser(db);
  await hold(db.sql, userId, await createVariant(db.sql, 1));
  const { orderId } = await buy(db.sql, userId);
  await db.sql`select cancel_order(${orderId}, true)`;
  await erase(userId, sessionId);
  const [order] =
    await db.sql`select status, erased_at is not null as is_erased from orders where id = ${orderId}`;
  expect(order).toEqual({ status: "paid", is_erased: true });
});

test("erasing takes the user, every session and every hold, and leaves what was bought", async () => {
  const { userId, sessionId } = await newUser(db);
  const variantId = await createVariant(db.sql, 10);
  await hold(db.sql, userId, variantId, 1);
  await buy(db.sql, userId);
  await hold(db.sql, userId, variantId, 3);
  await db.sql`update shoppers set tier = 'vip' where id = ${userId}`;
  expect(await erase(userId, sessionId)).toEqual({ outcome: "erased", released: 1 });
  expect(await isThere(userId)).toEqual({ users: 0, sessions: 0, identities: 0 });
  expect((await stockOf(db.sql, variantId)).reserved).toBe(0);
  expect((await cartOf(db.sql, userId)).lines).toEqual([]);
  const rows = await db.sql`select status from reservations where shopper_id = ${userId} order by status`;
  expect(rows.map((row) => row.status)).toEqual(["confirmed", "released"]);
  expect(must((await db.sql`select tier from shoppers where id = ${userId}`)[0]).tier).toBe("standard");
  await expectConsistent(db.sql);
});

test("a guest who became the user is a guest again", async () => {
  const { userId, sessionId } = await newUser(db);
  const [variantId, guest] = [await createVariant(db.sql, 5), randomUUID()];
  await hold(db.sql, guest, variantId, 1);
  await transfer(db.sql, guest, userId);
  expect(await erase(userId, sessionId)).toMatchObject({ outcome: "erased", released: 1 });
  await hold(db.sql, guest, variantId, 2);
  expect([(await cartOf(db.sql, guest)).totalQuantity, (await cartOf(db.sql, userId)).totalQuantity]).toEqual(
    [2, 0],
  );
  expect(await findDrift(db.sql)).toEqual([]);
});

test("no answer is kept for a user who was erased", async () => {
  const { userId, sessionId } = await newUser(db);
  const lines = [{ variantId: await createVariant(db.sql, 5), quantity: 1 }];
  await reserveBatch(db.sql, [{ shopperId: userId, lines, ...newKey() }]);
  const keys = () => db.sql`select key from idempotency_keys where shopper_id = ${userId}`;
  expect(await keys()).toHaveLength(1);
  await erase(userId, sessionId);
  expect(await keys()).toHaveLength(0);
});

test("repeating it is refused like any session that is gone, and changes nothing", async () => {
  const { userId, sessionId } = await newUser(db);
  await erase(userId, sessionId);
  expect(await erase(userId, sessionId)).toEqual({ outcome: "sign_in_again" });
});

test.each<[string, (mine: { userId: string; sessionId: string }) => Promise<[string, string]>]>([
  ["a session of another user", async ({ userId }) => [userId, (await newUser(db)).sessionId]],
  ["a session that nobody has", async ({ userId }) => [userId, randomUUID()]],
  [
    "a session that began more than 15 minutes ago",
    async () => Object.values(await newUser(db, { signedInMinutesAgo: 16 })) as [string, string],
  ],
])("%s erases nothing", async (_, whose) => {
  const [userId, sessionId] = await whose(await newUser(db));
  const variantId = await createVariant(db.sql, 5);
  await hold(db.sql, userId, variantId, 1);
  expect(await erase(userId, sessionId)).toEqual({ outcome: "sign_in_again" });
  expect((await isThere(userId))?.users).toBe(1);
  expect((await cartOf(db.sql, userId)).totalQuantity).toBe(1);
});

test("a session of 14 minutes does", async () => {
  const { userId, sessionId } = await newUser(db, { signedInMinutesAgo: 14 });
  expect(await erase(userId, sessionId)).toMatchObject({ outcome: "erased" });
});

test("nobody is erased while a payment is open", async () => {
  const { userId, sessionId } = await newUser(db);
  const { reservationId } = await hold(db.sql, userId, await createVariant(db.sql, 5), 1);
  await db.sql`update reservations set status = 'paying' where id = ${reservationId}`;
  expect(await erase(userId, sessionId)).toEqual({ outcome: "payment_open" });
  expect((await isThere(userId))?.users).toBe(1);
});

async function attempt(email: string, way = "password", sql = db.sql) {
  const [row] = await sql`select count_sign_in_attempt(${way}, ${email}) as answer`;
  return must(row).answer as { outcome: string; retryAfterSeconds?: number };
}

test("ten attempts in a quarter of an hour, then none, however many come at once", async () => {
  const email = `${randomUUID()}@example.test`;
  const crowd = db.connect(30);
  const answers = await Promise.all(crowd.map((sql) => attempt(email, "password", sql)));
  expect(answers.filter(({ outcome }) => outcome === "counted")).toHaveLength(10);
  const refused = answers.find(({ outcome }) => outcome === "too_many_attempts");
  expect(must(refused?.retryAfterSeconds)).toBeGreaterThan(890);
  expect(must(refused?.retryAfterSeconds)).toBeLessThanOrEqual(900);
});

test("the count is of one address, however it is written, and of one way", async () => {
  const name = randomUUID();
  for (let i = 0; i < 10; i++) await attempt(`${name}@example.test`);
  expect((await attempt(`${name.toUpperCase()}@Example.TEST`)).outcome).toBe("too_many_attempts");
  expect((await attempt(`${name}@example.test`, "code")).outcome).toBe("counted");
  expect((await attempt(`other-${name}@example.test`)).outcome).toBe("counted");
});

test("a quarter of an hour later, and after a success, counting begins anew", async () => {
  const [late, lucky] = [`${randomUUID()}@example.test`, `${randomUUID()}@example.test`];
  for (let i = 0; i < 11; i++) await Promise.all([attempt(late), attempt(lucky)]);
  await db.sql`select forget_sign_in_attempts('password', ${lucky})`;
  expect((await attempt(lucky)).outcome).toBe("counted");
  expect((await attempt(late)).outcome).toBe("too_many_attempts");
  await asSuperuser(
    db,
    (tx) => tx`update sign_in_attempts set began_at = began_at - interval '15 minutes'
    where attempts > 10`,
  );
  expect((await attempt(late)).outcome).toBe("counted");
});

test("nobody's address is kept, and what is an hour old is forgotten by whoever comes next", async () => {
  const email = `${randomUUID()}@example.test`;
  await attempt(email);
  const rows = await db.sql`select * from sign_in_attempts`;
  expect(JSON.stringify(rows)).not.toContain(email);
  await asSuperuser(
    db,
    (tx) => tx`update sign_in_attempts set began_at = began_at - interval '61 minutes'
    where true`,
  );
  for (let i = 0; i < 5; i++) await attempt(`${randomUUID()}@example.test`);
  const [left] = await db.sql`select count(*)::int as old from sign_in_attempts
    where began_at < now() - interval '1 hour'`;
  expect(left?.old).toBe(0);
});
