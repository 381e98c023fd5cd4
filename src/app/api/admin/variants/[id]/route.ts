import { VariantChangeSchema } from "@/contracts/admin-catalogue";
import { IdPathSchema } from "@/contracts/admin-common";
import { updateVariant } from "@/lib/admin/save-variant";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseBody } from "@/lib/http/parse";
import { valueOrProblem } from "@/lib/http/refusal";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Edits a variant: its name, SKU, price or place. */
export const PUT = route<RouteContext<"/api/admin/variants/[id]">>(async (request, { params }) => {
  const { id: adminId } = await requireAdmin(request);
  const { id } = parse(IdPathSchema, await params);
  const change = await parseBody(VariantChangeSchema, request);
  const by = { adminId, key: requestKeyOf(request, change) };
  return personal(valueOrProblem(await updateVariant(id, change, by)));
});
