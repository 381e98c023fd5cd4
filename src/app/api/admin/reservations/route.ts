import { AdminHoldsQuerySchema } from "@/contracts/admin-reservations";
import { listReservations } from "@/lib/admin/list-reservations";
import { requireAdmin } from "@/lib/http/identity";
import { parseQuery } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";

/** Everybody's holds, newest first, by state, variant and shopper. */
export const GET = route(async (request) => {
  await requireAdmin(request);
  return personal(await listReservations(parseQuery(AdminHoldsQuerySchema, request)));
});
