import { cookies } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { confirmedUser } from "@/lib/auth/user-of-session";

const admin = cache(async () => confirmedUser(await cookies()));

/**
 * Lets admins pass, as the auth service knows them this moment. A stranger is sent to sign in and comes back to `path`;
 * a user who is no admin is told that there is nothing for them (404). Every admin page asks this first.
 */
export async function requireAdminOfPage(path: string): Promise<void> {
  const user = await admin();
  if (user === null) redirect(`/sign-in?${new URLSearchParams({ next: path })}`);
  if (!user.isAdmin) notFound();
}
