import { z } from "zod";
import { IdSchema } from "@/contracts/common";
import { authClient } from "../supabase/clients";
import { throwIfUnavailable } from "./auth-error";
import { type CookieJar, readStoredSession } from "./session-cookie";

/** A signed-in user. Their id is their `shopper_id`. */
export type User = {
  id: string;
  email: string | null;
  /** `app_metadata` alone says so: a user writes `user_metadata` as they like. */
  isAdmin: boolean;
};

const AppMetadataSchema = z.object({ role: z.unknown() }).optional().catch(undefined);

const ClaimsSchema = z.object({
  sub: IdSchema,
  role: z.literal("authenticated"),
  email: z.string().optional().catch(undefined),
  app_metadata: AppMetadataSchema,
});

const UserSchema = z.object({
  id: IdSchema,
  role: z.literal("authenticated"),
  email: z.string().optional().catch(undefined),
  app_metadata: AppMetadataSchema,
  last_sign_in_at: z.string().optional(),
});

/**
 * The user of these cookies, by the signature of their token; `null` for a forged, expired or broken one.
 * With the project's signing keys this asks nobody; a token of a shared secret costs one question to the auth
 * service. Throws `AuthUnavailable`. Never refreshes: that is the proxy's, which can write cookies.
 */
export async function userOfSession(jar: CookieJar): Promise<User | null> {
  const token = (await readStoredSession(jar))?.access_token;
  if (token === undefined) return null;
  const { data, error } = await claimsOf(token);
  if (error) throwIfUnavailable(error);
  const claims = ClaimsSchema.safeParse(data?.claims);
  return claims.success ? toUser(claims.data.sub, claims.data) : null;
}

/**
 * The user as the auth service knows them this moment, for what matters: a session that was ended elsewhere, or a
 * user who was erased, is `null` here at once. Throws `AuthUnavailable`.
 */
export async function confirmedUser(jar: CookieJar): Promise<(User & { signedInAt: Date | null }) | null> {
  const token = (await readStoredSession(jar))?.access_token;
  if (token === undefined) return null;
  const { data, error } = await authClient().getUser(token);
  if (error) throwIfUnavailable(error);
  const user = UserSchema.safeParse(data.user);
  if (!user.success) return null;
  const { id, last_sign_in_at: signedInAt } = user.data;
  return { ...toUser(id, user.data), signedInAt: signedInAt ? new Date(signedInAt) : null };
}

async function claimsOf(token: string) {
  try {
    return await authClient().getClaims(token);
  } catch {
    // It throws where header or payload are no JSON, or name an algorithm that does not exist.
    return { data: null, error: null };
  }
}

type Facts = { email?: string | undefined; app_metadata?: { role?: unknown } | undefined };

function toUser(id: string, facts: Facts): User {
  return { id, email: facts.email || null, isAdmin: facts.app_metadata?.role === "admin" };
}
