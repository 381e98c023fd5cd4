import { listProducts } from "@/lib/catalogue";
import { route, shared } from "@/lib/http/route";

/** The catalogue with variants, prices and what is available. */
export const GET = route(async () => shared(await listProducts()));
