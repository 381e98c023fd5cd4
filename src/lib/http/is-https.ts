import type { NextRequest } from "next/server";

/** Whether the browser asked by https; behind a proxy the inner request may not have. */
export function isHttps(request: NextRequest): boolean {
  const forwarded = request.headers.get("x-forwarded-proto")?.split(",")[0]?.trim();
  return (forwarded ?? request.nextUrl.protocol.replace(":", "")) === "https";
}
