import { signOut } from "@/lib/auth/sign-out";
import { isHttps } from "@/lib/http/is-https";
import { route } from "@/lib/http/route";
import { signedOut } from "@/lib/http/signed-in";

/** Ends the session of this browser, which becomes a guest whom nobody has met. */
export const POST = route(async (request) => {
  const cookies = await signOut(request.cookies, isHttps(request));
  return signedOut(request, { outcome: "signed_out" }, cookies);
});
