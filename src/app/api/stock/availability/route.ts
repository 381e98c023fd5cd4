import { AvailabilityQuerySchema } from "@/contracts/catalogue";
import { getAvailability } from "@/lib/catalogue";
import { parseQuery } from "@/lib/http/parse";
import { route, shared } from "@/lib/http/route";

/** For everyone: what is available of these variants, and whether the rest is sold or only held. */
export const GET = route(async (request) => {
  const { variantIds } = parseQuery(AvailabilityQuerySchema, request);
  return shared(await getAvailability(variantIds));
});
