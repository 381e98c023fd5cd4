import { NewVariantSchema } from "@/contracts/admin-catalogue";
import { IdPathSchema } from "@/contracts/admin-common";
import { createVariant } from "@/lib/admin/save-variant";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseBody } from "@/lib/http/parse";
import { valueOrProblem } from "@/lib/http/refusal";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Makes a variant of a product. */
export const POST = route<RouteContext<"/api/admin/products/[id]/variants">>(async (request, { params }) => {
  const { id: adminId } = await requireAdmin(request);
  const { id } = parse(IdPathSchema, await params);
  const variant = await parseBody(NewVariantSchema, request);
  const by = { adminId, key: requestKeyOf(request, variant) };
  return personal(valueOrProblem(await createVariant(id, variant, by)), { status: 201 });
});
