import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { asSuperuser, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// The merge of a guest is ended with the guest's next request, and not with somebody else's.

const db = useTestDatabase();

test("a merge that is over is ended for who asks", async () => {
  const [guest, other, user] = [newShopper(), newShopper(), newShopper()];
  await db.sql`insert into shoppers (id, merged_into) values (${guest}, ${user}), (${other}, ${user})`;
  await asSuperuser(db, (tx) => tx`update shoppers set merged_at = merged_at - interval '1 day'`);
  await answerOf(db.sql, "private.end_merge($1)", [[guest]]);
  const merged = await db.sql`select id from shoppers where merged_into = ${user}`;
  expect([...merged]).toEqual([{ id: other }]);
});
