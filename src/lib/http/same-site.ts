import { ProblemError } from "./problem";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses a cookie-authenticated change that another site sent (design, section 5). A foreign or `null` Origin, or a
 * cross-site Sec-Fetch-Site, is refused; both absent is a program like curl, which carries no one else's cookies.
 */
export function refuseForeignOrigin(request: Request): void {
  if (SAFE_METHODS.has(request.method)) return;
  const site = request.headers.get("sec-fetch-site");
  if (site === "cross-site") throw new ProblemError("foreign_origin");
  const origin = request.headers.get("origin");
  if (origin !== null && !isOwnOrigin(origin, request)) throw new ProblemError("foreign_origin");
}

function isOwnOrigin(origin: string, request: Request): boolean {
  // Behind a proxy the request's URL is an inner one; the Host that the browser asked for is what counts.
  const host = request.headers.get("x-forwarded-host") ?? request.headers.get("host");
  return URL.canParse(origin) && new URL(origin).host === host;
}
