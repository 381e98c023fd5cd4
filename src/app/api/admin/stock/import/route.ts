import { ImportBodySchema } from "@/contracts/admin-stock";
import { importStock } from "@/lib/admin/import-stock";
import { parseCount } from "@/lib/admin/parse-count";
import { requireAdmin } from "@/lib/http/identity";
import { parseBody } from "@/lib/http/parse";
import { ProblemError } from "@/lib/http/problem";
import { valueOrProblem } from "@/lib/http/refusal";
import { personal, route } from "@/lib/http/route";

/** A counted stock as CSV: a preview first, then all rows or none. */
export const POST = route(async (request) => {
  const { id: adminId } = await requireAdmin(request);
  const { csv, reason, version } = await parseBody(ImportBodySchema, request);
  const count = parseCount(csv);
  if (!count.ok) {
    const errors = [{ path: `csv.${count.line}`, message: count.message }];
    throw new ProblemError("validation_failed", { errors });
  }
  return personal(valueOrProblem(await importStock(count.rows, reason, adminId, version)));
});
