import { cookies } from "next/headers";
import { cache } from "react";
import { userOfSession } from "./user-of-session";

/** The user of the page that is being rendered; header, cart and page ask once. For server components. */
export const userOfPage = cache(async () => userOfSession(await cookies()));
