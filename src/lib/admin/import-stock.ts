import { z } from "zod";
import { type ImportAnswer, ImportAnswerSchema, ImportRowSchema } from "@/contracts/admin-stock";
import type { AdminResult } from "@/domain/admin-outcomes";
import { type Acting, changeOnce } from "../supabase/change-once";
import type { CountedRow } from "./parse-count";
import { refused } from "./refused";

const AnswerSchema = ImportAnswerSchema.extend({
  outcome: z.enum(["preview", "refused", "applied", "stock_changed"]),
  rows: z.array(ImportRowSchema),
});

/**
 * Without a version a preview of a count, with what each row comes to. With the version of that preview all rows in one
 * transaction; nothing where one cannot be done, or where the stock changed since.
 */
export async function importStock(
  rows: CountedRow[],
  reason: string,
  by: Acting,
  version?: string,
): Promise<AdminResult<ImportAnswer>> {
  const args = {
    p_rows: rows,
    p_reason: reason,
    p_admin_id: by.adminId,
    ...(version && { p_version: version }),
  };
  const { outcome, ...answer } = await changeOnce("admin_import_stock", args, AnswerSchema, by);
  if (outcome === "stock_changed") return refused("stock_changed", answer.serverNow);
  if (outcome === "refused" && version !== undefined) return refused("import_refused", answer.serverNow);
  return { ok: true, value: { ...answer, outcome } };
}
