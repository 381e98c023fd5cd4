import type { Sql, TestDatabase } from "../support/database.ts";
import { must } from "../support/shop.ts";

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

export async function commit(session: Sql): Promise<void> {
  await session`commit`;
}

/** Holds the lock of a variant's levels until the session commits, as a slow colleague would. */
export async function lockLevels(session: Sql, variantId: string): Promise<void> {
  await session`begin`;
  await session`select 1 from stock_levels where variant_id = ${variantId} for no key update`;
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
