import { z } from "zod";
import { ApiError, noSuch } from "./api-error.ts";
import { listEvents, retrieveEvent } from "./events.ts";
import { expanded } from "./expand.ts";
import { listOf } from "./lists.ts";
import { expand, listParams, type Params, parseParams, text } from "./params.ts";
import { createRefund, listRefunds, retrieveRefund } from "./refunds.ts";
import { createSession, expireSession, listLineItems, listSessions, retrieveSession } from "./sessions.ts";
import type { World } from "./world.ts";

/** Done in one go, without waiting for anything: two requests never see each other half done. */
type Serve = (world: World, params: Params, id: string) => unknown;

const routes: [method: string, path: string, serve: Serve][] = [
  ["POST", "/v1/checkout/sessions", (world, params) => createSession(world, params)],
  ["GET", "/v1/checkout/sessions", (world, params) => listSessions(world, params)],
  ["GET", "/v1/checkout/sessions/:id", (world, params, id) => retrieveSession(world, id, params)],
  ["POST", "/v1/checkout/sessions/:id/expire", (world, params, id) => expireSession(world, id, params)],
  ["GET", "/v1/checkout/sessions/:id/line_items", (world, params, id) => listLineItems(world, id, params)],
  [
    "GET",
    "/v1/payment_intents",
    (world, params) => listMoney(world, "intent", "/v1/payment_intents", params),
  ],
  ["GET", "/v1/payment_intents/:id", (world, params, id) => retrieve(world, "intent", id, params)],
  ["GET", "/v1/charges", (world, params) => listMoney(world, "charge", "/v1/charges", params)],
  ["GET", "/v1/charges/:id", (world, params, id) => retrieve(world, "charge", id, params)],
  ["POST", "/v1/refunds", (world, params) => createRefund(world, params)],
  ["GET", "/v1/refunds", (world, params) => listRefunds(world, params)],
  ["GET", "/v1/refunds/:id", (world, params, id) => retrieveRefund(world, id, params)],
  ["GET", "/v1/disputes", (world, params) => listMoney(world, "dispute", "/v1/disputes", params)],
  ["GET", "/v1/disputes/:id", (world, params, id) => retrieve(world, "dispute", id, params)],
  ["GET", "/v1/events", (world, params) => listEvents(world, params)],
  ["GET", "/v1/events/:id", (world, params, id) => retrieveEvent(world, id, params)],
  ["GET", "/v1/account", () => account],
  ["GET", "/v1/balance", () => balance],
];

const account = {
  id: "acct_standin",
  object: "account",
  business_profile: { name: "Holdfast, stand-in" },
  charges_enabled: true,
  country: "US",
  default_currency: "usd",
  details_submitted: true,
  livemode: false,
  payouts_enabled: true,
  type: "standard",
};
const balance = { object: "balance", available: [], livemode: false, pending: [] };

/** Finds what serves this address, with the id in it. */
export function findRoute(method: string, path: string): { serve: Serve; id: string } {
  for (const [wantedMethod, pattern, serve] of routes) {
    const found = new RegExp(`^${pattern.replace(":id", "([^/]+)")}$`).exec(path);
    if (found && method === wantedMethod) return { serve, id: decodeURIComponent(found[1] ?? "") };
  }
  const message = `Unrecognized request URL (${method}: ${path}). The stand-in serves only what the store uses.`;
  throw new ApiError(404, { type: "invalid_request_error", code: "url_unknown", message });
}

const names = { intent: "payment_intent", charge: "charge", dispute: "dispute" } as const;

function retrieve(world: World, kind: keyof typeof names, id: string, params: Params) {
  const { expand: paths } = parseParams(z.strictObject({ expand }), params);
  const found = world.records.find(kind, id);
  if (!found) throw noSuch(names[kind], id, kind === "intent" ? "intent" : "id");
  return expanded<object>(world.records, found, paths);
}

function listMoney(world: World, kind: keyof typeof names, url: string, params: Params) {
  const schema = z.strictObject({
    ...listParams,
    ...(kind === "intent" ? {} : { payment_intent: text().optional() }),
  });
  const parsed = parseParams(schema, params) as z.output<z.ZodObject<typeof listParams>> & {
    payment_intent?: string;
  };
  const wanted = parsed.payment_intent;
  const values = world.records
    .all(kind)
    .filter((value) => !wanted || ("payment_intent" in value && value.payment_intent === wanted));
  return expanded(world.records, listOf(url, values, parsed), parsed.expand);
}
