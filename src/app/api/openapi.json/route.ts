import { route, shared } from "@/lib/http/route";
import { openApiDocument } from "@/lib/openapi/document";

/** Every route as OpenAPI 3.1. */
export const GET = route(async () => shared(openApiDocument()));
