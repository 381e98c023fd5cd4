import type { NextRequest } from "next/server";
import { isHttps } from "./is-https";

/** Where the browser sees the store, `https://shop.example`; behind a proxy not what the inner request says. */
export function ownOrigin(request: NextRequest): string {
  const host = request.headers.get("x-forwarded-host")?.split(",")[0]?.trim();
  const seen = host ?? request.headers.get("host") ?? request.nextUrl.host;
  const url = `${isHttps(request) ? "https" : "http"}://${seen}`;
  return URL.canParse(url) ? new URL(url).origin : request.nextUrl.origin;
}
