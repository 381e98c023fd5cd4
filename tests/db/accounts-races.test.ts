import { expect, test } from "vitest";
import { pinCart } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { createVariant, hold, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { begin, commit, rollback, startBlocked, transfer } from "./sessions.ts";
import { newUser } from "./users.ts";
import { oneAfterTheOther } from "./waiting.ts";

// An account is erased beside what its owner does at the same moment.

const db = useTestDatabase();

test("who starts to pay at this moment is not erased", async () => {
  const { userId, sessionId } = await newUser(db);
  await hold(db.sql, userId, await createVariant(db.sql, 1));
  const erased = await oneAfterTheOther(
    db,
    (session) => pinCart(session, userId),
    (session) => answerOf(session, "erase_account($1, $2)", [userId, sessionId]),
  );
  expect(erased.outcome).toBe("payment_open");
});

test("the user and the guests that became it are locked in the order of their ids", async () => {
  const { userId, sessionId } = await newUser(db);
  const guests = [newShopper(), newShopper(), newShopper()];
  for (const guest of guests) {
    await hold(db.sql, guest, await createVariant(db.sql, 1));
    await transfer(db.sql, guest, userId);
  }
  const ids = [...guests, userId].sort();
  const lock = (session: Sql, id: string | undefined) =>
    session`select 1 from shoppers where id = ${id as string} for no key update`;
  const [first, second, third] = db.connect(3) as [Sql, Sql, Sql];
  await begin(first);
  await lock(first, ids[0]);
  const { result } = await startBlocked(db, second, (session) =>
    answerOf(session, "erase_account($1, $2)", [userId, sessionId]),
  );
  await begin(third);
  await third`set local lock_timeout = '500ms'`;
  // Who waits for the first has none of the later.
  for (const id of ids.slice(1)) await lock(third, id);
  await rollback(third);
  await commit(first);
  expect((await result).outcome).toBe("erased");
});
