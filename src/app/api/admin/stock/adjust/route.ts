import { AdjustBodySchema } from "@/contracts/admin-stock";
import { adjustStock } from "@/lib/admin/adjust-stock";
import { requireAdmin } from "@/lib/http/identity";
import { parseBody } from "@/lib/http/parse";
import { valueOrProblem } from "@/lib/http/refusal";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Changes how many units are on hand, with a reason. */
export const POST = route(async (request) => {
  const { id: adminId } = await requireAdmin(request);
  const wish = await parseBody(AdjustBodySchema, request);
  const by = { adminId, key: requestKeyOf(request, wish) };
  return personal(valueOrProblem(await adjustStock(wish, by)));
});
