import { PasswordBodySchema } from "@/contracts/account";
import { signIn } from "@/lib/auth/sign-in";
import { makeWay } from "@/lib/checkout/open-payment-in-the-way";
import { guestOf } from "@/lib/http/identity";
import { isHttps } from "@/lib/http/is-https";
import { parseBody } from "@/lib/http/parse";
import { route } from "@/lib/http/route";
import { signedIn } from "@/lib/http/signed-in";

/** Signs in with a password. What the guest held becomes the user's. */
export const POST = route(async (request) => {
  const proof = await parseBody(PasswordBodySchema, request);
  return signedIn(request, await signIn(proof, guestOf(request), isHttps(request), makeWay));
});
