import { SafetyStockBodySchema } from "@/contracts/admin-stock";
import { setSafetyStock } from "@/lib/admin/set-safety-stock";
import { requireAdmin } from "@/lib/http/identity";
import { parseBody } from "@/lib/http/parse";
import { valueOrProblem } from "@/lib/http/refusal";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Sets how many units new holds leave alone. */
export const PUT = route(async (request) => {
  const { id: adminId } = await requireAdmin(request);
  const wish = await parseBody(SafetyStockBodySchema, request);
  const by = { adminId, key: requestKeyOf(request, wish) };
  return personal(valueOrProblem(await setSafetyStock(wish, by)));
});
