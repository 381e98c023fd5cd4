import { RepairBodySchema } from "@/contracts/admin-housekeeping";
import { repairStock } from "@/lib/admin/repair";
import { checkConsistency } from "@/lib/cart-utils/stock-health";
import { requireAdmin } from "@/lib/http/identity";
import { parseBody } from "@/lib/http/parse";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Every drift between counters, holds, shoppers and the ledger. */
export const GET = route(async (request) => {
  await requireAdmin(request);
  return personal(await checkConsistency());
});

/** Mends what can be mended, or says in a dry run what there is. */
export const POST = route(async (request) => {
  const { id: adminId } = await requireAdmin(request);
  const { dryRun } = await parseBody(RepairBodySchema, request);
  return personal(await repairStock(dryRun, { adminId, key: requestKeyOf(request, dryRun) }));
});
