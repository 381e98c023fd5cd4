import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { refreshSession } from "@/lib/auth/refresh-session";
import { contentSecurityPolicy } from "@/lib/http/content-security-policy";
import { isHttps } from "@/lib/http/is-https";

const POLICY = "Content-Security-Policy";

/** What has to happen before a page or a personal route: the nonce of the page, and a session that is not over. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const refreshed = await refreshSession(request.cookies, isHttps(request));
  for (const { name, value } of refreshed?.cookies ?? []) {
    // What handlers and pages read is what the browser is about to have.
    if (value === "") request.cookies.delete(name);
    else request.cookies.set(name, value);
  }
  const headers = new Headers(request.headers);
  const policy = request.nextUrl.pathname.startsWith("/api/") ? null : policyFor(request);
  // Next takes the nonce for its scripts from here.
  if (policy === null) headers.delete(POLICY);
  else headers.set(POLICY, policy);

  const response = NextResponse.next({ request: { headers } });
  if (policy !== null) response.headers.set(POLICY, policy);
  for (const cookie of refreshed?.setCookies ?? []) response.headers.append("Set-Cookie", cookie);
  for (const [name, value] of Object.entries(refreshed?.headers ?? {})) response.headers.set(name, value);
  return response;
}

function policyFor(request: NextRequest): string {
  const isDevelopment = process.env.NODE_ENV === "development";
  return contentSecurityPolicy(randomBytes(16).toString("base64"), {
    isDevelopment,
    isHttps: isHttps(request),
  });
}

// Pages; and of the routes those that are personal, when there is a session that could have to be renewed. What is
// shared by everybody never passes here, so that no answer which a cache may keep can carry a cookie.
export const config = {
  matcher: [
    {
      source:
        "/((?!api/|api$|_next/static|_next/image|pictures/|products/[^/]+\\.svg$|holdfast\\.svg$|icon\\.svg$).*)",
    },
    {
      source: "/api/((?!products|stock/availability|health|openapi).*)",
      has: [{ type: "cookie", key: "holdfast_session" }],
    },
    {
      source: "/api/((?!products|stock/availability|health|openapi).*)",
      has: [{ type: "cookie", key: "holdfast_session.0" }],
    },
  ],
};
