import { NewProductSchema } from "@/contracts/admin-catalogue";
import { listAllProducts } from "@/lib/admin/products";
import { createProduct } from "@/lib/admin/save-product";
import { requireAdmin } from "@/lib/http/identity";
import { parseBody } from "@/lib/http/parse";
import { valueOrProblem } from "@/lib/http/refusal";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Every product, published or not. */
export const GET = route(async (request) => {
  await requireAdmin(request);
  return personal(await listAllProducts());
});

/** Makes a product, which nobody sees yet. */
export const POST = route(async (request) => {
  const { id: adminId } = await requireAdmin(request);
  const product = await parseBody(NewProductSchema, request);
  const by = { adminId, key: requestKeyOf(request, product) };
  return personal(valueOrProblem(await createProduct(product, by)), { status: 201 });
});
