import { unstable_rethrow } from "next/navigation";
import type { Session } from "@/contracts/account";
import { toSession } from "@/lib/auth/to-session";
import { userOfPage } from "@/lib/auth/user-of-page";
import { logError } from "@/lib/log";

/** Who is signed in, for the header. Where that cannot be told, the shop stays open, and the way in is shown. */
export async function readSessionOfPage(): Promise<Session> {
  try {
    return toSession(await userOfPage());
  } catch (error) {
    unstable_rethrow(error);
    logError("session_not_rendered", { message: error instanceof Error ? error.message : String(error) });
    return toSession(null);
  }
}
