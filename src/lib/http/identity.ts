import type { NextRequest } from "next/server";
import { env } from "../env";
import { GUEST_COOKIE, GUEST_COOKIE_SECONDS, newGuestId, signGuest, verifyGuest } from "./guest-cookie";

/** Who asks: `null` where no cookie of ours says so. A forged or broken cookie is nobody. */
export function shopperOf(request: NextRequest): string | null {
  return verifyGuest(request.cookies.get(GUEST_COOKIE)?.value, env().GUEST_COOKIE_SECRET);
}

export type Identity = { shopperId: string; setCookie: string | null };

/** The shopper of a change; a stranger becomes a guest, whose cookie has to travel with the answer. */
export function shopperOrNewGuest(request: NextRequest): Identity {
  const known = shopperOf(request);
  if (known) return { shopperId: known, setCookie: null };
  const shopperId = newGuestId();
  return { shopperId, setCookie: guestCookie(shopperId, isHttps(request)) };
}

function guestCookie(shopperId: string, secure: boolean): string {
  const value = signGuest(shopperId, env().GUEST_COOKIE_SECRET);
  const attributes = `Path=/; Max-Age=${GUEST_COOKIE_SECONDS}; HttpOnly; SameSite=Lax`;
  return `${GUEST_COOKIE}=${value}; ${attributes}${secure ? "; Secure" : ""}`;
}

function isHttps(request: NextRequest): boolean {
  const forwarded = request.headers.get("x-forwarded-proto")?.split(",")[0]?.trim();
  return (forwarded ?? request.nextUrl.protocol.replace(":", "")) === "https";
}
