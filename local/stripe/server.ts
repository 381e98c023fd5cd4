import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { ApiError } from "./api-error.ts";
import type { LocalControls, Parts } from "./controls.ts";
import { noSuchPage, payPage } from "./pay-page.ts";
import { DECLINED } from "./payment-objects.ts";
import { type Outcome, paySession } from "./payments.ts";
import { findSession } from "./sessions.ts";

type Context = Parts & { controls: LocalControls };

/**
 * Node's own five seconds are less than a busy machine may take to notice that a connection was closed, and then a call
 * is lost on it.
 */
const KEEP_ALIVE_MS = 75_000;

/** Three things on one port: Stripe's API below `/v1`, the pay page, and the controls. */
export function createStandInServer(context: () => Context): Server {
  return createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    handle(context(), request, response).catch((error) => {
      console.error("Stripe stand-in:", error);
      if (!response.headersSent)
        json(response, 500, { error: { type: "api_error", message: String(error) } });
    });
  });
}

async function handle(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", context.world.url);
  const body = await read(request);
  if (url.pathname.startsWith("/_control/")) return control(context, request, url, body, response);
  if (url.pathname.startsWith("/c/pay/")) return pay(context, request, url, body, response);
  const method = request.method ?? "GET";
  const answer = await context.api.serve({ method, url, headers: request.headers, body });
  if (answer === null) request.socket.destroy();
  else json(response, answer.status, answer.body, answer.headers);
}

async function control(
  { controls, world }: Context,
  request: IncomingMessage,
  { pathname }: URL,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const name = pathname.slice("/_control/".length);
  try {
    if (request.headers.authorization !== `Bearer ${world.secretKey}`)
      throw refused(401, "This is not its key.");
    const act = Object.hasOwn(controls, name) ? controls[name as keyof LocalControls] : undefined;
    if (!act || request.method !== "POST") throw refused(404, "There is no such control.");
    json(response, 200, (await act(JSON.parse(body || "{}") as never)) ?? null);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    json(response, error.status, { error: error.body });
  }
}

const refused = (status: number, message: string) =>
  new ApiError(status, { type: "invalid_request_error", message });

const outcomes: Outcome[] = ["success", "decline", "delayed_success", "delayed_failure"];

async function pay(
  { world }: Context,
  request: IncomingMessage,
  { pathname }: URL,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const id = pathname.slice("/c/pay/".length);
  if (!world.records.find("session", id)) return html(response, 404, noSuchPage());
  const lineItems = world.records.find("extras", id)?.lineItems ?? [];
  const show = (status: number, problem: string | null) =>
    html(response, status, payPage(findSession(world, id), lineItems, problem));
  const open = findSession(world, id);
  if (request.method !== "POST" || open.status !== "open") return show(200, null);
  const form = new URLSearchParams(body);
  const outcome = outcomes.find((each) => each === form.get("outcome"));
  if (!outcome) return show(400, "Choose how to pay.");
  try {
    const paid = paySession(world, id, { outcome, email: form.get("email") ?? undefined });
    if (paid.status === "open") return show(402, DECLINED);
    const location = (paid.success_url ?? "").replaceAll("{CHECKOUT_SESSION_ID}", id);
    response.writeHead(303, { Location: location }).end();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    show(400, error.message);
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body, null, 2));
}

function html(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    // No `form-action`: paying leads on to the store, which browsers hold to be an action of the form.
    "Content-Security-Policy":
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  });
  response.end(body);
}
