import { createHmac, timingSafeEqual } from "node:crypto";
import { orderPath } from "@/domain/orders";
import { env } from "../env";

const VERSION = "1";

/** The key of an order's link. Nobody can guess it, and nothing of it is stored: who has the secret makes it again. */
export function orderKey(orderId: string): string {
  const secret = env().GUEST_COOKIE_SECRET;
  return createHmac("sha256", secret).update(`order:${VERSION}:${orderId.toLowerCase()}`).digest("base64url");
}

/** In constant time. */
export function isOrderKey(orderId: string, key: string | undefined): boolean {
  const wanted = Buffer.from(orderKey(orderId));
  const given = Buffer.from(key ?? "");
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** The path of an order's page for whoever may see it now, who may pass it on. */
export const orderUrl = (orderId: string): string => orderPath(orderId, orderKey(orderId));
