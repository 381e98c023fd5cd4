import { readStockHealth } from "@/lib/cart-utils/stock-health";
import { requireAdmin } from "@/lib/http/identity";
import { personal, route } from "@/lib/http/route";

/** Whether the shop's stock is well, in figures. */
export const GET = route(async (request) => {
  await requireAdmin(request);
  return personal(await readStockHealth());
});
