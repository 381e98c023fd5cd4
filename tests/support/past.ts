import postgres from "postgres";
import type { TestDatabase } from "./database.ts";

/** Works as superuser with no trigger firing: for what even the owner may not do. */
export async function asSuperuser<Result>(
  db: TestDatabase,
  work: (tx: postgres.TransactionSql) => Promise<Result>,
): Promise<void> {
  const sql = postgres(db.adminUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await work(tx);
    });
  } finally {
    await sql.end();
  }
}

/**
 * Lets `seconds` go by for all holds, or for one shopper's: everything that is written about them moves that
 * far into the past together. The only way in which time passes in a test. The beginning of a hold is fixed
 * for everybody, so it takes a superuser whose session fires no triggers. Status is left as it is: what has
 * lapsed by this was swept by nobody.
 */
export async function letTimePass(db: TestDatabase, seconds: number, shopperId?: string): Promise<void> {
  await asSuperuser(db, (tx) => moveIntoThePast(tx, seconds, shopperId));
}

/** The same within a superuser's transaction that fires no triggers: for whoever does it very often. */
export async function moveIntoThePast(
  tx: postgres.TransactionSql,
  seconds: number,
  shopperId?: string,
): Promise<void> {
  const ago = `${seconds} seconds`;
  const moved = await tx<{ variant_id: string }[]>`
    update reservations set
      created_at = created_at - ${ago}::interval, expires_at = expires_at - ${ago}::interval,
      max_expires_at = max_expires_at - ${ago}::interval, ended_at = ended_at - ${ago}::interval
    where ${shopperId ?? null}::uuid is null or shopper_id = ${shopperId ?? null}
    returning variant_id`;
  // Lower than needed is still a lower bound, for those whose time stood still.
  await tx`update stock_levels set next_expiry_at = next_expiry_at - ${ago}::interval
    where variant_id = any (${moved.map((row) => row.variant_id)})`;
}
