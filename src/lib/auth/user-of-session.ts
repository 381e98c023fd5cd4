import { stringFromBase64URL } from "@supabase/ssr";
import { z } from "zod";
import { IdSchema } from "@/contracts/common";
import { authClient } from "../supabase/clients";
import { AuthUnavailable, throwIfUnavailable } from "./auth-error";
import { type CookieJar, isOver, readStoredSession } from "./session-cookie";

/** A signed-in user. Their id is their `shopper_id`. */
export type User = {
  id: string;
  email: string | null;
  /** `app_metadata` alone says so: a user writes `user_metadata` as they like. */
  isAdmin: boolean;
};

const facts = {
  role: z.literal("authenticated"),
  email: z.string().optional().catch(undefined),
  app_metadata: z.object({ role: z.unknown().optional() }).optional().catch(undefined),
};
const ClaimsSchema = z.object({ sub: IdSchema, ...facts });
const UserSchema = z.object({ id: IdSchema, ...facts });
const SessionIdSchema = z.object({ session_id: IdSchema });

/**
 * The user of these cookies, by the signature of their token; `null` for a forged, expired or broken one.
 * With the project's signing keys this asks nobody; a token of a shared secret costs a question to the auth
 * service. Throws `AuthUnavailable`. Never refreshes: that is the proxy's, which can write cookies.
 */
export async function userOfSession(jar: CookieJar): Promise<User | null> {
  const token = await tokenOf(jar);
  if (token === null) return null;
  const { data, error } = await claimsOf(token);
  if (error) throwIfUnavailable(error);
  const claims = ClaimsSchema.safeParse(data?.claims);
  if (!claims.success) return null;
  // Supabase writes it into every token. Where one lacks it, only the service itself knows who is an admin.
  if (claims.data.app_metadata === undefined) return confirmedUser(jar);
  return toUser({ id: claims.data.sub, ...claims.data });
}

/**
 * The user as the auth service knows them this moment, for what matters: a session that was ended elsewhere, or a
 * user who was erased, is `null` here at once. Throws `AuthUnavailable`.
 */
export async function confirmedUser(jar: CookieJar): Promise<(User & { sessionId: string }) | null> {
  const token = await tokenOf(jar);
  if (token === null) return null;
  const { data, error } = await authClient().getUser(token);
  if (error) throwIfUnavailable(error);
  const user = readUser(data.user);
  if (user === null) return null;
  const session = SessionIdSchema.safeParse(payloadOf(token));
  return session.success ? { ...user, sessionId: session.data.session_id } : null;
}

/** A user of the auth service as the store knows them. */
export function readUser(user: unknown): User | null {
  const parsed = UserSchema.safeParse(user);
  return parsed.success ? toUser(parsed.data) : null;
}

function toUser({ id, email, app_metadata: metadata }: z.output<typeof UserSchema>): User {
  return { id, email: email || null, isAdmin: metadata?.role === "admin" };
}

async function tokenOf(jar: CookieJar): Promise<string | null> {
  const stored = await readStoredSession(jar);
  if (stored === null) return null;
  // The proxy renews a session that is over, or takes it away. Where it could do neither, the user is not known.
  if (isOver(stored)) throw new AuthUnavailable("the session could not be renewed");
  return stored.access_token;
}

async function claimsOf(token: string) {
  try {
    return await authClient().getClaims(token);
  } catch {
    // It throws where header or payload are no JSON, or name an algorithm that does not exist.
    return { data: null, error: null };
  }
}

/** Of a token that the auth service has just accepted. */
function payloadOf(token: string): unknown {
  return JSON.parse(stringFromBase64URL(token.split(".")[1] ?? ""));
}
