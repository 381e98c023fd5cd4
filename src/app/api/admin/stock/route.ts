import { readStock } from "@/lib/admin/stock";
import { requireAdmin } from "@/lib/http/identity";
import { personal, route } from "@/lib/http/route";

/** Every stock level. */
export const GET = route(async (request) => {
  await requireAdmin(request);
  return personal(await readStock());
});
