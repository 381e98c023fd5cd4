import { cleanUp } from "@/lib/checkout/clean-up";
import { requireAdminOrCron } from "@/lib/http/cron-secret";
import { personal, route } from "@/lib/http/route";

/** Sweeps now, with the figures, for an admin or whoever shows `CRON_SECRET`. */
export const POST = route(
  async (request) => {
    await requireAdminOrCron(request);
    return personal(await cleanUp());
  },
  { acceptsBearer: true },
);
