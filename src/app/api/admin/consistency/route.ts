import { checkConsistency } from "@/lib/cart-utils/stock-health";
import { requireAdmin } from "@/lib/http/identity";
import { personal, route } from "@/lib/http/route";

/** Every drift between counters, holds, shoppers and the ledger. */
export const GET = route(async (request) => {
  await requireAdmin(request);
  return personal(await checkConsistency());
});
