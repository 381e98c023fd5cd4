import { unstable_rethrow } from "next/navigation";
import type { InitialCart } from "@/contexts/CartContext";
import { readCartOfRequest } from "@/lib/cart-utils/read-cart-of-request";
import { logError } from "@/lib/log";

/** A cart that cannot be read must not take the whole shop down, and must not look empty either. */
export async function readInitialCart(): Promise<InitialCart> {
  try {
    return { known: true, cart: await readCartOfRequest() };
  } catch (error) {
    // Next speaks to itself in exceptions: those are not ours to swallow.
    unstable_rethrow(error);
    logError("cart_not_rendered", { message: error instanceof Error ? error.message : String(error) });
    return { known: false, cart: null };
  }
}
