import { cleanUp } from "@/lib/checkout/clean-up";
import { requireCronSecret } from "@/lib/http/cron-secret";
import { personal, route } from "@/lib/http/route";
import { watchShop } from "@/lib/operations/watch";

/** The sweep and a look at the shop's health, for a scheduler that shows `CRON_SECRET`; nobody else, not even an admin. */
export const GET = route(async (request) => {
  requireCronSecret(request);
  const swept = await cleanUp();
  await watchShop();
  return personal(swept);
});
