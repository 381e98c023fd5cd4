import { ProductChangeSchema } from "@/contracts/admin-catalogue";
import { IdPathSchema } from "@/contracts/admin-common";
import { updateProduct } from "@/lib/admin/save-product";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseBody } from "@/lib/http/parse";
import { valueOrProblem } from "@/lib/http/refusal";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Edits, publishes or takes a product out of the shop. */
export const PUT = route<RouteContext<"/api/admin/products/[id]">>(async (request, { params }) => {
  const { id: adminId } = await requireAdmin(request);
  const { id } = parse(IdPathSchema, await params);
  const change = await parseBody(ProductChangeSchema, request);
  const by = { adminId, key: requestKeyOf(request, change) };
  return personal(valueOrProblem(await updateProduct(id, change, by)));
});
