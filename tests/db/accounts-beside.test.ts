import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { createVariant, hold, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { begin, commit, rollback, startBlocked, transfer } from "./sessions.ts";
import { newUser } from "./users.ts";

// An account is erased with the guests that became it, and nobody else is waited for, changed or let go.

const db = useTestDatabase();

type User = Awaited<ReturnType<typeof newUser>>;
const eraseBy = (sql: Sql, { userId, sessionId }: User) =>
  answerOf(sql, "erase_account($1, $2)", [userId, sessionId]);
const lock = (sql: Sql, ...ids: string[]) =>
  sql`select 1 from shoppers where id = any (${ids}::uuid[]) for no key update`;

/** A user who holds what they held as this guest. */
async function userWithGuest(guest = newShopper()) {
  const user = await newUser(db);
  await hold(db.sql, guest, await createVariant(db.sql, 1));
  await transfer(db.sql, guest, user.userId);
  return { user, guest };
}

test("others keep their account, their tier and their guests, and are not waited for", async () => {
  const [mine, theirs] = [await userWithGuest(), await userWithGuest()];
  const { userId } = theirs.user;
  await db.sql`update shoppers set tier = 'vip' where id = ${userId}`;
  const [first, second] = db.connect(2) as [Sql, Sql];
  await begin(first);
  await lock(first, userId, theirs.guest);
  expect((await eraseBy(second, mine.user)).outcome).toBe("erased");
  await rollback(first);
  expect(await db.sql`select id from auth.users where id = ${userId}`).toHaveLength(1);
  expect(await db.sql`select tier from shoppers where id = ${userId}`).toEqual([{ tier: "vip" }]);
  const guests = await db.sql`select merged_into from shoppers where id = any (${[mine.guest, theirs.guest]})
    order by merged_into`;
  expect(guests.map((guest) => guest.merged_into)).toEqual([userId, null]);
});

test("who waits for a guest of theirs has nothing of the user yet", async () => {
  // Before whatever id the user has.
  const { user, guest } = await userWithGuest(`00000000${randomUUID().slice(8)}`);
  const [first, second, third] = db.connect(3) as [Sql, Sql, Sql];
  await begin(first);
  await lock(first, guest);
  const { result } = await startBlocked(db, second, (sql) => eraseBy(sql, user));
  await begin(third);
  await third`set local lock_timeout = '500ms'`;
  await lock(third, user.userId);
  await rollback(third);
  await commit(first);
  expect((await result).outcome).toBe("erased");
});

test("a payment keeps its account while it is open, whatever it pins", async () => {
  const user = await newUser(db);
  await db.sql`
    with typed as (
      insert into orders (shopper_id, source, currency, subtotal_cents, total_cents)
      values (${user.userId}, 'phone', 'EUR', 0, 0) returning id
    )
    insert into payments (order_id, shopper_id, amount_cents, currency, return_origin, session_expires_at, window_ends_at)
    select id, ${user.userId}, 0, 'EUR', 'x', now(), now() from typed`;
  expect((await eraseBy(db.sql, user)).outcome).toBe("payment_open");
});
