import { SweepsQuerySchema } from "@/contracts/admin-housekeeping";
import { listSweeps } from "@/lib/admin/sweeps";
import { requireAdmin } from "@/lib/http/identity";
import { parseQuery } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";

/** Runs of the sweep, the last one first. */
export const GET = route(async (request) => {
  await requireAdmin(request);
  const { before } = parseQuery(SweepsQuerySchema, request);
  return personal(await listSweeps(before));
});
