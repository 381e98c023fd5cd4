import { createServer, type Server, type ServerResponse } from "node:http";
import type { Mail, Search } from "./client.ts";
import type { Mails } from "./mailbox.ts";
import { contentPage, listPage, mailPage, missingPage } from "./pages.ts";

/** The page of all mails, and the same as JSON for tests. */
export function createMailboxServer(mails: Mails): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://mailbox");
    const route = `${request.method} ${url.pathname}`;
    if (route === "GET /api/mails") {
      return json(response, found(mails.all, Object.fromEntries(url.searchParams)));
    }
    if (route === "DELETE /api/mails") {
      mails.all = [];
      return json(response, null);
    }
    if (route === "POST /api/refuse") {
      const { searchParams: asked } = url;
      mails.refusals = { times: Number(asked.get("times") ?? 1), to: asked.get("to") ?? "" };
      return json(response, null);
    }
    if (route === "GET /") return page(response, listPage(mails.all));
    const [, id, part] = /^\/mails\/([^/]+)(?:\/(text|html))?$/.exec(url.pathname) ?? [];
    const mail = mails.all.find((each) => each.id === id);
    if (!mail || request.method !== "GET") return page(response, missingPage(), 404);
    if (part === undefined) return page(response, mailPage(mail, url.searchParams.has("text")));
    page(response, contentPage(mail, part), 200, STRANGER);
  });
}

function found(mails: Mail[], { to, subject }: Search): Mail[] {
  return mails
    .filter((mail) => !to || mail.to.some((address) => address.toLowerCase() === to.toLowerCase()))
    .filter((mail) => !subject || mail.subject.includes(subject));
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

const OWN =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'";
/** A mail is somebody else's page: no scripts, no forms; links open beside it. */
const STRANGER =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; frame-ancestors 'self'";

function page(response: ServerResponse, body: string, status = 200, policy = OWN): void {
  response.writeHead(status, {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": policy,
    "Referrer-Policy": "no-referrer",
  });
  response.end(body);
}
