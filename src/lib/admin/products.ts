import { type AdminProducts, AdminProductsSchema } from "@/contracts/admin-catalogue";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";

/** Every product, published or not, with its variants, in the shop's order. */
export function listAllProducts(): Promise<AdminProducts> {
  return callFunction("admin_products", {}, AdminProductsSchema, IF_IDEMPOTENT);
}
