import type { NextRequest } from "next/server";
import { confirmedUser, type User, userOfSession } from "../auth/user-of-session";
import { env } from "../env";
import { GUEST_COOKIE, GUEST_COOKIE_SECONDS, newGuestId, signGuest, verifyGuest } from "./guest-cookie";
import { isHttps } from "./is-https";
import { ProblemError } from "./problem";

/** Who asks. A user's `shopperId` is their user id, a guest's is in their cookie. */
export type Identity = { shopperId: string; kind: "guest" | "user"; isAdmin: boolean };

/**
 * Who asks: the user of a valid session, else the guest of a cookie that we signed, else `null`. A forged or broken
 * cookie is nobody's. Throws `AuthUnavailable` rather than taking a user for a guest.
 */
export async function identityOf(request: NextRequest): Promise<Identity | null> {
  const user = await userOfSession(request.cookies);
  if (user) return { shopperId: user.id, kind: "user", isAdmin: user.isAdmin };
  const guest = guestOf(request);
  return guest === null ? null : { shopperId: guest, kind: "guest", isAdmin: false };
}

/** The guest of the cookie, whoever is signed in. */
export function guestOf(request: NextRequest): string | null {
  return verifyGuest(request.cookies.get(GUEST_COOKIE)?.value, env().GUEST_COOKIE_SECRET);
}

/** The `shopper_id` of who asks; `null` for a stranger. */
export async function shopperOf(request: NextRequest): Promise<string | null> {
  return (await identityOf(request))?.shopperId ?? null;
}

export type ShopperOfChange = { shopperId: string; setCookie: string | null };

/** The shopper of a change; a stranger becomes a guest, whose cookie has to travel with the answer. */
export async function shopperOrNewGuest(request: NextRequest): Promise<ShopperOfChange> {
  const known = await shopperOf(request);
  if (known) return { shopperId: known, setCookie: null };
  return newGuest(request);
}

/** A guest whom nobody has met, and the cookie that makes this browser theirs. */
export function newGuest(request: NextRequest): ShopperOfChange & { setCookie: string } {
  const shopperId = newGuestId();
  return { shopperId, setCookie: guestCookie(shopperId, isHttps(request)) };
}

/** The signed-in user. Throws the problem `sign_in_required`. */
export async function requireUser(request: NextRequest): Promise<User> {
  const user = await userOfSession(request.cookies);
  if (!user) throw new ProblemError("sign_in_required");
  return user;
}

/**
 * The signed-in admin, as the auth service knows them this moment: who was one an hour ago may be none now.
 * Throws the problem `sign_in_required` or `admin_only`.
 */
export async function requireAdmin(request: NextRequest): Promise<User> {
  const user = await confirmedUser(request.cookies);
  if (!user) throw new ProblemError("sign_in_required");
  if (!user.isAdmin) throw new ProblemError("admin_only");
  return user;
}

function guestCookie(shopperId: string, secure: boolean): string {
  const value = signGuest(shopperId, env().GUEST_COOKIE_SECRET);
  const attributes = `Path=/; Max-Age=${GUEST_COOKIE_SECONDS}; HttpOnly; SameSite=Lax`;
  return `${GUEST_COOKIE}=${value}; ${attributes}${secure ? "; Secure" : ""}`;
}
