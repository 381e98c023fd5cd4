import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export const GUEST_COOKIE = "holdfast_guest";

/** Thirty days: far longer than any hold, short enough to forget a shared computer. */
export const GUEST_COOKIE_SECONDS = 30 * 24 * 60 * 60;

const VERSION = "1";
const COOKIE = /^1\.([0-9a-f]{32})\.([A-Za-z0-9_-]{43})$/;

/** A new guest: 128 random bits, written as the shopper's uuid. */
export function newGuestId(): string {
  return toUuid(randomBytes(16).toString("hex"));
}

/** The cookie's value: the id, and a signature without which it is nobody's. */
export function signGuest(shopperId: string, secret: string): string {
  const id = shopperId.replaceAll("-", "");
  return `${VERSION}.${id}.${signature(id, secret)}`;
}

/** The guest of a cookie, or `null` where it was not signed by us. Compared in constant time. */
export function verifyGuest(value: string | undefined, secret: string): string | null {
  const [, id, given] = COOKIE.exec(value ?? "") ?? [];
  if (!id || !given) return null;
  const wanted = signature(id, secret);
  return timingSafeEqual(Buffer.from(given), Buffer.from(wanted)) ? toUuid(id) : null;
}

function signature(id: string, secret: string): string {
  return createHmac("sha256", secret).update(`guest:${VERSION}:${id}`).digest("base64url");
}

function toUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
