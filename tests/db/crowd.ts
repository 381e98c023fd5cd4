import type { Sql, TestDatabase } from "../support/database.ts";
import { createVariant, newShopper, release, reserve } from "../support/shop.ts";

/**
 * Opens many sessions and lets each do its first hold on a variant of its own. A session plans its functions
 * on first use (some 20 ms); in a crowd of new sessions that happens inside the hot lock, one after the other,
 * and is no part of what these tests are about. A pool has done it long ago.
 */
export async function openCrowd(db: TestDatabase, count: number): Promise<Sql[]> {
  await bePatient(db);
  const sessions = db.connect(count);
  await Promise.all(
    sessions.map(async (session) => {
      const shopperId = newShopper();
      await reserve(session, shopperId, await createVariant(session, 1));
      await release(session, shopperId);
    }),
  );
  return sessions;
}

/**
 * Waiting longer than 3 s for a lock is a 503 by design, and has a test of its own. Here a slow machine must not
 * turn a crowd's queue into errors: who gets what is the question, not how soon.
 */
async function bePatient(db: TestDatabase): Promise<void> {
  await db.sql.unsafe(`do $$
    declare f regprocedure;
    begin
      for f in select oid from pg_proc
        where pronamespace = 'public'::regnamespace and proconfig @> array['lock_timeout=3s']
      loop execute format('alter function %s set lock_timeout = ''60s''', f); end loop;
    end $$`);
}

/** Every session works off its share of the jobs, all sessions at once. */
export async function inCrowd<Job, Result>(
  sessions: Sql[],
  jobs: Job[],
  work: (session: Sql, job: Job) => Promise<Result>,
): Promise<{ job: Job; result: Result }[]> {
  const shares = sessions.map(async (session, index) => {
    const results: { job: Job; result: Result }[] = [];
    for (const job of jobs.filter((_, i) => i % sessions.length === index)) {
      results.push({ job, result: await work(session, job) });
    }
    return results;
  });
  return (await Promise.all(shares)).flat();
}

/** How many results each outcome has. */
export function countOutcomes(answers: { outcome: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of answers) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
