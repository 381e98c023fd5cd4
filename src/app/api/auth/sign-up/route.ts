import { SignUpBodySchema } from "@/contracts/account";
import { signIn } from "@/lib/auth/sign-in";
import { signUp } from "@/lib/auth/sign-up";
import { makeWay } from "@/lib/checkout/open-payment-in-the-way";
import { guestOf } from "@/lib/http/identity";
import { isHttps } from "@/lib/http/is-https";
import { parseBody } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";
import { authProblem, signedIn } from "@/lib/http/signed-in";

/** Makes an account and sends the code that confirms it. The answer is the same for an address that has one. */
export const POST = route(async (request) => {
  const body = await parseBody(SignUpBodySchema, request);
  const result = await signUp(body);
  if (!result.ok) throw authProblem(result);
  if (result.outcome === "code_sent") return personal({ outcome: "code_sent" }, { status: 202 });
  return signedIn(request, await signIn(body, guestOf(request), isHttps(request), makeWay));
});
