import { type AdminHolds, type AdminHoldsQuery, AdminHoldsSchema } from "@/contracts/admin-reservations";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";

/** Everybody's holds, newest first, a page of them. */
export function listReservations({
  state,
  variantId,
  shopperId,
  before,
}: AdminHoldsQuery): Promise<AdminHolds> {
  const args = {
    ...(state && { p_state: state }),
    ...(variantId && { p_variant_id: variantId }),
    ...(shopperId && { p_shopper_id: shopperId }),
    ...(before && { p_before: before }),
  };
  return callFunction("admin_reservations", args, AdminHoldsSchema, IF_IDEMPOTENT);
}
