import type { Sql } from "../support/database.ts";
import { must } from "../support/shop.ts";

/**
 * What a function of the database answers, called by its text: `answerOf(db.sql, "get_payment($1)", [id])`.
 * Its shape is the function's, and for the test to know.
 */
// biome-ignore lint/suspicious/noExplicitAny: one helper for the answers of all functions
export async function answerOf(sql: Sql, call: string, values: unknown[] = []): Promise<any> {
  const [row] = await sql.unsafe(`select ${call} as answer`, values as never[]);
  return must(row).answer;
}
