import { ImportBodySchema } from "@/contracts/admin-stock";
import { importStock } from "@/lib/admin/import-stock";
import { parseCount } from "@/lib/admin/parse-count";
import { requireAdmin } from "@/lib/http/identity";
import { parseBody } from "@/lib/http/parse";
import { ProblemError } from "@/lib/http/problem";
import { valueOrProblem } from "@/lib/http/refusal";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** A counted stock as CSV: a preview first, then all rows or none. */
export const POST = route(async (request) => {
  const { id: adminId } = await requireAdmin(request);
  const wish = await parseBody(ImportBodySchema, request);
  const { csv, reason, version } = wish;
  const count = parseCount(csv);
  if (!count.ok) {
    const errors = [{ path: `csv.${count.line}`, message: count.message }];
    throw new ProblemError("validation_failed", { errors });
  }
  const by = { adminId, key: requestKeyOf(request, wish) };
  return personal(valueOrProblem(await importStock(count.rows, reason, by, version)));
});
