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

/**
 * Starts work beside an open transaction of `first`, and comes back once it either waits for that transaction
 * (so says the database) or is over.
 */
export async function startBeside<Result>(
  db: TestDatabase,
  first: Sql,
  session: Sql,
  work: (session: Sql) => Promise<Result>,
): Promise<{ result: Promise<Result>; isBlocked: boolean }> {
  const [blocker, pid] = await Promise.all([pidOf(first), pidOf(session)]);
  const result = work(session);
  let isOver = false;
  result
    .catch(() => {})
    .finally(() => {
      isOver = true;
    });
  for (;;) {
    if (isOver) return { result, isBlocked: false };
    const [row] = await db.sql<{ blocked: boolean }[]>`
      select ${blocker} = any (pg_blocking_pids(${pid})) as blocked`;
    if (must(row).blocked) return { result, isBlocked: true };
  }
}

/**
 * Comes back once the session of `pid` waits for that of `blocker`, and says so; or once `isOver` says that there is
 * nothing to wait for any more.
 */
export async function untilBlockedBy(
  sql: Sql,
  pid: number,
  blocker: number,
  isOver: () => boolean = () => false,
): Promise<boolean> {
  const isBlockedBy = async () => {
    const [row] = await sql<{ blocked: boolean }[]>`
      select ${blocker} = any (pg_blocking_pids(${pid})) as blocked`;
    return must(row).blocked;
  };
  while (!isOver()) if (await isBlockedBy()) return true;
  return false;
}

export type TransferAnswer = { outcome: string; merged?: number; moved?: number };

/** Signs a guest in: what is the guest's becomes the user's. */
export async function transfer(sql: Sql, from: string | null, to: string | null): Promise<TransferAnswer> {
  const [row] = await sql<{ answer: TransferAnswer }[]>`
    select transfer_reservations(${from}, ${to}) as answer`;
  return must(row).answer;
}

export type AdjustAnswer = { outcome: string; onHand?: number; released?: { reservationId: string }[] };

/** Changes what is on the shelf, taking back the newest holds where they stand in the way and it may. */
export async function adjust(
  sql: Sql,
  variantId: string,
  locationId: string,
  delta: number,
  releaseNewest = false,
): Promise<AdjustAnswer> {
  const [row] = await sql<{ answer: AdjustAnswer }[]>`
    select adjust_stock(${variantId}, ${locationId}, ${delta}, 'counted', ${releaseNewest}) as answer`;
  return must(row).answer;
}

/** What the database itself finds to be wrong with its books. */
export async function findDrift(sql: Sql): Promise<unknown[]> {
  const [row] = await sql<{ findings: unknown[] }[]>`select validate_stock_consistency() as findings`;
  return must(row).findings;
}
