import { ProblemError } from "@/lib/http/problem";
import { route } from "@/lib/http/route";

const unknown = route(async () => {
  throw new ProblemError("route_not_found");
});

export { unknown as DELETE, unknown as GET, unknown as PATCH, unknown as POST, unknown as PUT };
