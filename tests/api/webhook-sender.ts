import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import Stripe from "stripe";
import { type Answer, newGuest } from "../support/api-client.ts";
import { stripeOfRun, webhookSecret } from "../support/stand-ins.ts";
import { storeUrl } from "../support/store.ts";

// Events as Stripe sends them, and as somebody sends them who would like to be Stripe.

export const newEventId = (): string => `evt_${randomUUID().replaceAll("-", "")}`;

/** An event about an object, with an id of its own. */
export function eventOf(type: string, object: object, more: object = {}): string {
  const created = Math.floor(Date.now() / 1_000);
  const event = {
    id: newEventId(),
    object: "event",
    api_version: "2026-10-28.endive",
    created,
    livemode: false,
  };
  return JSON.stringify({ ...event, type, data: { object }, pending_webhooks: 1, ...more }, null, 2);
}

/** A session as Stripe knows it, but for what is said otherwise. */
export async function sessionAs(sessionId: string, changes: object): Promise<object> {
  return { ...(await stripeOfRun().checkout.sessions.retrieve(sessionId)), ...changes };
}

/** What Stripe says of a session that was paid. */
export const paidAs = (intent = `pi_${randomUUID().replaceAll("-", "")}`) => ({
  status: "complete",
  payment_status: "paid",
  payment_intent: intent,
});

type Signing = { secret?: string; secondsAgo?: number };

export function signatureOf(
  payload: string,
  { secret = webhookSecret(), secondsAgo = 0 }: Signing = {},
): string {
  const timestamp = Math.floor(Date.now() / 1_000) - secondsAgo;
  return new Stripe("sk_test_nobody").webhooks.generateTestHeaderString({ payload, secret, timestamp });
}

/** Delivers these bytes with this signature; with a good one unless said otherwise. */
export function deliver(
  body: string,
  signature: string | null = signatureOf(body),
  baseUrl?: string,
): Promise<Answer> {
  const headers = {
    "content-type": "application/json; charset=utf-8",
    ...(signature !== null && { "stripe-signature": signature }),
  };
  return newGuest(baseUrl ? { baseUrl } : {}).send("POST", "/api/webhooks/stripe", { body, headers });
}

/** Begins a delivery of a thousand bytes, and closes the connection after ten. */
export async function breakOff(): Promise<void> {
  const { hostname, port } = new URL(storeUrl());
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  const head = `POST /api/webhooks/stripe HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 1000\r\n\r\n`;
  socket.write(`${head}{"id":"evt`);
  // Long enough for the store to wait for the rest.
  await sleep(300);
  socket.destroy();
}
