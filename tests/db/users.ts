import { randomUUID } from "node:crypto";
import type { TestDatabase } from "../support/database.ts";
import { asSuperuser } from "../support/shop.ts";

/** A user of Supabase Auth with one session, which began so long ago. */
export async function newUser(db: TestDatabase, { signedInMinutesAgo = 0 } = {}) {
  const [userId, sessionId] = [randomUUID(), randomUUID()];
  await asSuperuser(db, async (tx) => {
    await tx`insert into auth.users (id, email) values (${userId}, ${`${userId}@example.test`})`;
    await tx`insert into auth.identities (id, provider, provider_id, user_id)
      values (${randomUUID()}, 'email', ${userId}, ${userId})`;
    await tx`insert into auth.sessions (id, user_id, created_at)
      values (${sessionId}, ${userId}, now() - make_interval(mins => ${signedInMinutesAgo}))`;
  });
  return { userId, sessionId };
}
