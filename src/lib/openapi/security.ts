import { SESSION_COOKIE } from "../auth/session-cookie";
import { GUEST_COOKIE } from "../http/guest-cookie";
import type { Caller } from "./operation";

export const SECURITY_SCHEMES = {
  guestCookie: {
    type: "apiKey",
    in: "cookie",
    name: GUEST_COOKIE,
    description: "Signed; the first hold sets it. Whoever shows none, or a forged one, is a stranger.",
  },
  sessionCookie: {
    type: "apiKey",
    in: "cookie",
    name: SESSION_COOKIE,
    description:
      "The session of a signed-in user; it wins over the guest cookie. A long one is cut into `.0`, `.1` and so on.",
  },
  stripeSignature: {
    type: "apiKey",
    in: "header",
    name: "Stripe-Signature",
    description: "Stripe's signature of the body, to the byte, at most 300 seconds old.",
  },
  cronSecret: {
    type: "http",
    scheme: "bearer",
    description: "The setting CRON_SECRET. While it is missing or empty, every call is refused.",
  },
} as const;

/** One of these has to be shown; `{}` is nothing at all. */
export const REQUIRED: Record<Caller, Partial<Record<keyof typeof SECURITY_SCHEMES, string[]>>[]> = {
  anyone: [{}],
  shopper: [{}, { guestCookie: [] }, { sessionCookie: [] }],
  user: [{ sessionCookie: [] }],
  admin: [{ sessionCookie: [] }],
  stripe: [{ stripeSignature: [] }],
  cron: [{ cronSecret: [] }],
  admin_or_cron: [{ sessionCookie: [] }, { cronSecret: [] }],
};
