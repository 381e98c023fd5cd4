import { ShopHealthQuerySchema } from "@/contracts/health";
import { HEALTH_LEVELS } from "@/domain/shop-health";
import { requireAdminOrCron } from "@/lib/http/cron-secret";
import { parseQuery } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";
import { readShopHealth } from "@/lib/operations/shop-health";

/** Whether the shop is well, for an admin or a pager that shows `CRON_SECRET`. */
export const GET = route(
  async (request) => {
    await requireAdminOrCron(request);
    const { failOn } = parseQuery(ShopHealthQuerySchema, request);
    const health = await readShopHealth();
    const isFailure =
      failOn !== undefined && HEALTH_LEVELS.indexOf(health.level) >= HEALTH_LEVELS.indexOf(failOn);
    return personal(health, { status: isFailure ? 503 : 200 });
  },
  { acceptsBearer: true },
);
