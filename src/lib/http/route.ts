import { randomUUID } from "node:crypto";
import type { NextRequest } from "next/server";
import { withRequestId } from "../request-context";
import { bearerOf } from "./cron-secret";
import { problemResponse } from "./problem";
import { refuseForeignOrigin } from "./same-site";

type Handler<Context> = (request: NextRequest, context: Context) => Promise<Response>;

type Options = {
  /** A program may show a bearer token instead of a cookie. No other site can: a browser asks us first. */
  acceptsBearer?: boolean;
  /** What counts is a signature over the body, and no cookie: other sites may send it, and gain nothing. */
  isSigned?: boolean;
};

/**
 * What every handler shares: changes from other sites are refused, whatever is thrown becomes a problem with a
 * request id, and the answer carries that id.
 */
export function route<Context>(handle: Handler<Context>, options: Options = {}): Handler<Context> {
  return async (request, context) => {
    const requestId = randomUUID();
    const response = await withRequestId(requestId, () =>
      answer(handle, request, context, requestId, options),
    );
    response.headers.set("X-Request-Id", requestId);
    return response;
  };
}

async function answer<Context>(
  handle: Handler<Context>,
  request: NextRequest,
  context: Context,
  requestId: string,
  { acceptsBearer = false, isSigned = false }: Options,
): Promise<Response> {
  try {
    const isByBearer = acceptsBearer && bearerOf(request) !== null;
    if (!isByBearer && !isSigned) refuseForeignOrigin(request);
    return await handle(request, context);
  } catch (thrown) {
    return problemResponse(thrown, requestId);
  }
}

/** An answer that is one shopper's alone: no cache may keep it. */
export function personal(
  body: unknown,
  options: { status?: number; setCookie?: string | string[] | null; headers?: Record<string, string> } = {},
): Response {
  const headers = new Headers({ "Cache-Control": "private, no-store", ...options.headers });
  for (const cookie of [options.setCookie ?? []].flat()) headers.append("Set-Cookie", cookie);
  return Response.json(body, { status: options.status ?? 200, headers });
}

/** An answer for everybody: shared by all readers for a second. */
export function shared(body: unknown): Response {
  return Response.json(body, { headers: { "Cache-Control": "public, max-age=0, s-maxage=1" } });
}
