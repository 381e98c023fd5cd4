import { VerifyBodySchema } from "@/contracts/account";
import { signIn } from "@/lib/auth/sign-in";
import { makeWay } from "@/lib/checkout/open-payment-in-the-way";
import { guestOf } from "@/lib/http/identity";
import { isHttps } from "@/lib/http/is-https";
import { parseBody } from "@/lib/http/parse";
import { route } from "@/lib/http/route";
import { signedIn } from "@/lib/http/signed-in";

/** Signs in with a code that came by e-mail; the first one also confirms the address. */
export const POST = route(async (request) => {
  const proof = await parseBody(VerifyBodySchema, request);
  return signedIn(request, await signIn(proof, guestOf(request), isHttps(request), makeWay));
});
