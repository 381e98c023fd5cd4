import { CodeBodySchema } from "@/contracts/account";
import { sendCode } from "@/lib/auth/send-code";
import { parseBody } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";
import { authProblem } from "@/lib/http/signed-in";

/** Sends a code to sign in with. The answer is the same whether there is such an account or not. */
export const POST = route(async (request) => {
  const { email } = await parseBody(CodeBodySchema, request);
  const result = await sendCode(email);
  if (!result.ok) throw authProblem(result);
  return personal({ outcome: "code_sent" }, { status: 202 });
});
