import { IdPathSchema } from "@/contracts/admin-common";
import { AdminReleaseBodySchema } from "@/contracts/admin-reservations";
import { releaseReservation } from "@/lib/admin/release-reservation";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseBody } from "@/lib/http/parse";
import { valueOrProblem } from "@/lib/http/refusal";
import { personal, route } from "@/lib/http/route";

/** Takes a hold back, with a reason. */
export const POST = route<RouteContext<"/api/admin/reservations/[id]/release">>(
  async (request, { params }) => {
    const { id: adminId } = await requireAdmin(request);
    const { id } = parse(IdPathSchema, await params);
    const { reason } = await parseBody(AdminReleaseBodySchema, request);
    return personal(valueOrProblem(await releaseReservation(id, reason, adminId)));
  },
);
