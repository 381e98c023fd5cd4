import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import postgres from "postgres";
import { Problem } from "../problem.ts";
import { explain } from "./migrations.ts";

/** Fills a fresh database once, in one transaction with its record, so that a failed seed is tried again. */
export async function seedOnce(url: string, file: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  const text = readFileSync(file, "utf8");
  const hash = createHash("sha256").update(text).digest("hex");
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [seeded] = await sql`select 1 from supabase_migrations.seed_files`;
    if (seeded) return false;
    await sql.begin(async (transaction) => {
      await transaction.unsafe(text).simple();
      await transaction`insert into supabase_migrations.seed_files (path, hash)
        values ('supabase/seed.sql', ${hash})`;
    });
    return true;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(`supabase/seed.sql failed${explain(error, text)}`);
  } finally {
    await sql.end();
  }
}
