import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import postgres from "postgres";
import { root } from "../paths.ts";
import { Problem } from "../problem.ts";
import { explain } from "./migrations.ts";

/** Fills a database once with each of the files, and says whether it did. */
export async function seedOnce(url: string, files: readonly string[]): Promise<boolean> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  let seeded = false;
  try {
    for (const file of files) seeded = (await seedWith(sql, file)) || seeded;
    return seeded;
  } finally {
    await sql.end();
  }
}

/** In one transaction with its record, so that a failed seed is tried again. */
async function seedWith(sql: postgres.Sql, file: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  const path = relative(root, file);
  const text = readFileSync(file, "utf8");
  const hash = createHash("sha256").update(text).digest("hex");
  try {
    const [seeded] = await sql`select 1 from supabase_migrations.seed_files where path = ${path}`;
    if (seeded) return false;
    await sql.begin(async (transaction) => {
      await transaction.unsafe(text).simple();
      await transaction`insert into supabase_migrations.seed_files (path, hash) values (${path}, ${hash})`;
    });
    return true;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(`${path} failed${explain(error, text)}`);
  }
}
