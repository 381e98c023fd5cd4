import type { Sql, TestDatabase } from "../support/database.ts";
import { asSuperuser, must } from "../support/shop.ts";

/**
 * Starts work that must wait for a lock, and comes back once the database says that it waits. What the work
 * comes to is in `result`.
 */
export async function startBlocked<Result>(
  db: TestDatabase,
  session: Sql,
  work: (session: Sql) => Promise<Result>,
): Promise<{ result: Promise<Result> }> {
  const pid = await pidOf(session);
  const result = work(session);
  let isOver = false;
  // It may fail before anybody looks at it; whoever awaits it still sees the failure.
  result
    .catch(() => {})
    .finally(() => {
      isOver = true;
    });
  while (!(await isBlocked(db.sql, pid))) {
    if (isOver) throw new Error("The work was to wait for a lock, and was over without waiting.");
  }
  return { result };
}

export async function begin(session: Sql): Promise<void> {
  await session`begin`;
}

export async function rollback(session: Sql): Promise<void> {
  await session`rollback`;
}

export async function commit(session: Sql): Promise<void> {
  await session`commit`;
}

/** Holds the lock of a variant's levels until the session commits, as a slow colleague would. */
export async function lockLevels(session: Sql, variantId: string): Promise<void> {
  await session`begin`;
  // A bound that is lower than needed stays a bound; with it, a hold may lapse while the lock is held.
  await session`update stock_levels set next_expiry_at = least(next_expiry_at, clock_timestamp())
    where variant_id = ${variantId}`;
}

/** The end of a hold comes in this moment: after everything that began before, before all that begins later. */
export async function lapseNow(db: TestDatabase, reservationId: string): Promise<void> {
  await asSuperuser(
    db,
    (tx) => tx`update reservations set expires_at = clock_timestamp() where id = ${reservationId}`,
  );
}

export async function pidOf(session: Sql): Promise<number> {
  const [row] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return must(row).pid;
}

async function isBlocked(sql: Sql, pid: number): Promise<boolean> {
  const [row] = await sql<{ blocked: boolean }[]>`
    select cardinality(pg_blocking_pids(${pid})) > 0 as blocked`;
  return must(row).blocked;
}

/** The SQLSTATE that a statement raises, or "none". */
export async function sqlStateOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "none",
    (error: { code?: string }) => error.code ?? String(error),
  );
}
