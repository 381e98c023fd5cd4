import type { Session } from "@/contracts/account";
import type { User } from "./user-of-session";

/** What the browser may know of who is signed in. */
export function toSession(user: User | null): Session {
  return { kind: user ? "user" : "guest", email: user?.email ?? null, isAdmin: user?.isAdmin ?? false };
}
