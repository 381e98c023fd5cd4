import { type Cart, CartSchema } from "@/contracts/reservations";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { NOBODY } from "./nobody";

/** The shopper's cart as the database sees it now; a stranger's is empty, with the same clock beside it. */
export async function getCart(shopperId: string | null): Promise<Cart> {
  return callFunction("get_cart", { p_shopper_id: shopperId ?? NOBODY }, CartSchema, IF_IDEMPOTENT);
}
