import postgres from "postgres";
import { afterAll, inject } from "vitest";
import type { Sql } from "./database.ts";

/** Where the store of this run answers, without a slash at the end. For the suites `api` and `e2e`. */
export const storeUrl = (): string => inject("storeUrl");

/** Its Supabase API with the keys of this run, for tests that look at what the outside may do. */
export const supabaseApi = (): { url: string; publishableKey: string; secretKey: string } =>
  inject("supabaseApi");

/**
 * The store's own database (migrated and seeded, shared by all files of the suite) as `postgres`.
 * Closed at the end of the file. Tests prepare and look with it; the store is asked through HTTP.
 */
export function useStoreDatabase(): Sql {
  const sql = postgres(inject("databaseUrl"), { max: 5, onnotice: () => {} });
  afterAll(() => sql.end());
  return sql;
}
