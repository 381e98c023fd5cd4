import { ShopHealthQuerySchema } from "@/contracts/health";
import { HEALTH_LEVELS } from "@/domain/shop-health";
import { requireAdminOrCron } from "@/lib/http/cron-secret";
import { parseQuery } from "@/lib/http/parse";
import { ProblemError } from "@/lib/http/problem";
import { personal, route } from "@/lib/http/route";
import { readShopHealth } from "@/lib/operations/shop-health";

/** Whether the shop is well, for an admin or a pager that shows `CRON_SECRET`. */
export const GET = route(
  async (request) => {
    await requireAdminOrCron(request);
    const { failOn } = parseQuery(ShopHealthQuerySchema, request);
    const health = await readShopHealth();
    const isUnwell =
      failOn !== undefined && HEALTH_LEVELS.indexOf(health.level) >= HEALTH_LEVELS.indexOf(failOn);
    if (isUnwell) throw new ProblemError("shop_unwell", { serverNow: health.serverNow });
    return personal(health);
  },
  { acceptsBearer: true },
);
