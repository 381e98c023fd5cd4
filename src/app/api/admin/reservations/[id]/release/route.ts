import { IdPathSchema } from "@/contracts/admin-common";
import { AdminReleaseBodySchema } from "@/contracts/admin-reservations";
import { findReservation } from "@/lib/admin/find-reservation";
import { releaseReservation } from "@/lib/admin/release-reservation";
import { makeWay } from "@/lib/checkout/open-payment-in-the-way";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseBody } from "@/lib/http/parse";
import { valueOrProblem } from "@/lib/http/refusal";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Takes a hold back, with a reason. One that is being paid has its payment ended first. */
export const POST = route<RouteContext<"/api/admin/reservations/[id]/release">>(
  async (request, { params }) => {
    const { id: adminId } = await requireAdmin(request);
    const { id } = parse(IdPathSchema, await params);
    const { reason } = await parseBody(AdminReleaseBodySchema, request);
    const by = { adminId, key: requestKeyOf(request, reason) };
    const release = () => releaseReservation(id, reason, by);
    const first = await release();
    if (first.ok || first.refusal.code !== "payment_open") return personal(valueOrProblem(first));
    const { reservation } = valueOrProblem(await findReservation(id));
    await makeWay(reservation.shopperId);
    return personal(valueOrProblem(await release()));
  },
);
