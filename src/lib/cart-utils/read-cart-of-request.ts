import { cookies } from "next/headers";
import type { Cart } from "@/contracts/reservations";
import { userOfPage } from "../auth/user-of-page";
import { env } from "../env";
import { GUEST_COOKIE, verifyGuest } from "../http/guest-cookie";
import { getCart } from "./get-cart";

/** The cart of who asks for a page; `null` for a stranger, who has none yet. For server components. */
export async function readCartOfRequest(): Promise<Cart | null> {
  const cookie = (await cookies()).get(GUEST_COOKIE)?.value;
  const shopperId = (await userOfPage())?.id ?? verifyGuest(cookie, env().GUEST_COOKIE_SECRET);
  return shopperId === null ? null : getCart(shopperId);
}
