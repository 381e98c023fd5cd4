import { cleanUp } from "@/lib/checkout/clean-up";
import { requireCronSecret } from "@/lib/http/cron-secret";
import { personal, route } from "@/lib/http/route";

/** The sweep, for a scheduler that shows `CRON_SECRET`; nobody else, not even an admin. */
export const GET = route(async (request) => {
  requireCronSecret(request);
  return personal(await cleanUp());
});
