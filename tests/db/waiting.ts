import type { Sql, TestDatabase } from "../support/database.ts";
import { must } from "../support/shop.ts";
import { begin, commit, startBlocked } from "./sessions.ts";

/**
 * What work comes to that has to wait for rows which somebody has, and when, by the database's clock, they had them
 * still. `rows` is a table and its column: `orders where id`.
 */
export async function waitingFor<Result>(
  db: TestDatabase,
  rows: string,
  id: string,
  work: (session: Sql) => Promise<Result>,
): Promise<{ result: Result; hadUntil: Date }> {
  const [first, second] = db.connect(2) as [Sql, Sql];
  await begin(first);
  await first.unsafe(`select 1 from ${rows} = $1 for no key update`, [id]);
  const { result } = await startBlocked(db, second, work);
  const [clock] = await db.sql<{ now: Date }[]>`select clock_timestamp() as now`;
  await commit(first);
  return { result: await result, hadUntil: must(clock).now };
}

/** What the second comes to, which has to wait for the first to commit. */
export async function oneAfterTheOther<Result>(
  db: TestDatabase,
  first: (session: Sql) => Promise<unknown>,
  second: (session: Sql) => Promise<Result>,
): Promise<Result> {
  const [one, another] = db.connect(2) as [Sql, Sql];
  await begin(one);
  await first(one);
  const { result } = await startBlocked(db, another, second);
  await commit(one);
  return result;
}
