import { toSession } from "@/lib/auth/to-session";
import { userOfSession } from "@/lib/auth/user-of-session";
import { guestOf, newGuest } from "@/lib/http/identity";
import { personal, route } from "@/lib/http/route";

/** Who asks. A stranger becomes a guest, so that a first change that is repeated finds the same shopper. */
export const GET = route(async (request) => {
  const user = await userOfSession(request.cookies);
  const isStranger = user === null && guestOf(request) === null;
  return personal(toSession(user), { setCookie: isStranger ? newGuest(request).setCookie : null });
});
