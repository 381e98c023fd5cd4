import type Stripe from "stripe";
import { z } from "zod";
import { invalid, noSuch } from "./api-error.ts";
import { checkoutParams } from "./checkout-params.ts";
import { checkedExpiry, checkedTotals, offeredMethods } from "./checkout-rules.ts";
import { expanded } from "./expand.ts";
import { listOf } from "./lists.ts";
import { expand, listParams, type Params, parseParams, text } from "./params.ts";
import { newLineItem, newSession } from "./session-object.ts";
import { nowInSeconds, type World } from "./world.ts";

type Session = Stripe.Checkout.Session;

const onlyExpand = z.strictObject({ expand });
const listed = z.strictObject({
  ...listParams,
  customer_details: z.strictObject({ email: text() }).optional(),
  payment_intent: text().optional(),
  status: z.enum(["complete", "expired", "open"]).optional(),
});

export function createSession(world: World, params: Params): Session {
  const parsed = parseParams(checkoutParams, params);
  const totals = checkedTotals(parsed);
  const methods = offeredMethods(parsed, totals.currency);
  const expiresAt = checkedExpiry(parsed.expires_at);
  const payUrl = (id: string) => `${world.url}/c/pay/${id}`;
  const session = newSession(parsed, { totals, expiresAt, methods, payUrl });
  world.records.put("extras", {
    id: session.id,
    lineItems: parsed.line_items.map(newLineItem),
    intentData: parsed.payment_intent_data,
  });
  return expanded(world.records, world.records.put("session", session), parsed.expand);
}

/** The session as it is now: time may have ended it since it was written. */
export function findSession(world: World, id: string): Session {
  const session = world.records.find("session", id);
  if (!session) throw noSuch("checkout.session", id, "session");
  return isOverdue(session) ? endSession(world, session) : session;
}

export function retrieveSession(world: World, id: string, params: Params): Session {
  const { expand: paths } = parseParams(onlyExpand, params);
  return expanded(world.records, findSession(world, id), paths);
}

export function expireSession(world: World, id: string, params: Params): Session {
  const { expand: paths } = parseParams(onlyExpand, params);
  const session = findSession(world, id);
  if (session.status !== "open") {
    const message = `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`;
    throw invalid(message);
  }
  return expanded(world.records, endSession(world, session), paths);
}

export function listSessions(world: World, params: Params) {
  const parsed = parseParams(listed, params);
  const { payment_intent: intent, status, customer_details: customer } = parsed;
  expireOverdue(world);
  const sessions = world.records
    .all("session")
    .filter((session) => intent === undefined || session.payment_intent === intent)
    .filter((session) => status === undefined || session.status === status)
    .filter((session) => customer === undefined || session.customer_details?.email === customer.email);
  return expanded(world.records, listOf("/v1/checkout/sessions", sessions, parsed), parsed.expand);
}

export function listLineItems(world: World, id: string, params: Params) {
  const parsed = parseParams(z.strictObject({ ...listParams, created: z.undefined().optional() }), params);
  findSession(world, id);
  // Kept in the order of the cart; a list turns its values round.
  const items = (world.records.find("extras", id)?.lineItems ?? []).toReversed();
  return listOf(
    `/v1/checkout/sessions/${id}/line_items`,
    items.map((item) => ({ ...item, created: 0 })),
    parsed,
  );
}

/** Ends every session whose time has come: those that nobody asks about must send their event too. */
export function expireOverdue(world: World): void {
  for (const session of world.records.all("session")) if (isOverdue(session)) endSession(world, session);
}

const isOverdue = ({ status, expires_at }: Session) => status === "open" && expires_at <= nowInSeconds();

function endSession(world: World, open: Session): Session {
  const session = world.records.put("session", { ...open, status: "expired", url: null });
  const intent = world.records.find("intent", String(open.payment_intent));
  if (intent) {
    const now = nowInSeconds();
    const canceled = { status: "canceled", canceled_at: now, cancellation_reason: "expired" } as const;
    world.emit("payment_intent.canceled", world.records.put("intent", { ...intent, ...canceled }));
  }
  world.emit("checkout.session.expired", session);
  return session;
}
