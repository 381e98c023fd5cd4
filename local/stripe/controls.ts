import { setTimeout as sleep } from "node:timers/promises";
import type Stripe from "stripe";
import type { Api } from "./api.ts";
import { invalid } from "./api-error.ts";
import type { Deliveries, DeliverySettings, Endpoint, Release } from "./deliveries.ts";
import { openDispute } from "./disputes.ts";
import type { Fault, Faults } from "./faults.ts";
import { type Payment, paySession, settleSession } from "./payments.ts";
import { settleRefund } from "./refunds.ts";
import { expireOverdue, findSession } from "./sessions.ts";
import { nowInSeconds, type World } from "./world.ts";

export type Parts = { world: World; api: Api; faults: Faults; deliveries: Deliveries; endpoint: Endpoint };

/**
 * What tests do to the stand-in, and what Stripe has no address for. Each takes and answers JSON, because most tests
 * reach it over HTTP (`POST /_control/<name>`, see client.ts): the stand-in runs in another process.
 */
export function createControls({ world, api, faults, deliveries, endpoint }: Parts) {
  const { records } = world;
  return {
    /** Pays a session without a browser. Refused as Stripe's page would refuse it. */
    pay: ({ session, ...payment }: { session: string } & Payment) => paySession(world, session, payment),

    /** Ends the way of a bank debit now, whatever was planned. */
    settle: ({ session, outcome }: { session: string; outcome: "success" | "failure" }) =>
      settleSession(world, session, outcome),

    /** Moves the time at which a session ends (seconds since the epoch). Past: it ends now, with its event. */
    setExpiry({ session, expiresAt }: { session: string; expiresAt: number }) {
      records.put("session", { ...findSession(world, session), expires_at: expiresAt });
      return findSession(world, session);
    },

    /** Ends a session as its time would. */
    letExpire({ session }: { session: string }) {
      records.put("session", { ...findSession(world, session), expires_at: nowInSeconds() });
      return findSession(world, session);
    },

    /** Changes what Stripe says that a session is worth, as if something else had been received. */
    setReceived({ session, ...received }: { session: string; amount?: number; currency?: string }) {
      return withReceived(world, findSession(world, session), received);
    },

    /** The next refunds are not through at once: each takes the first of these. */
    nextRefunds({ statuses }: { statuses: World["nextRefunds"] }) {
      world.nextRefunds.push(...statuses);
      return null;
    },

    settleRefund: ({ refund, status }: { refund: string; status: "succeeded" | "failed" }) =>
      settleRefund(world, refund, status),

    dispute: ({ paymentIntent, reason }: { paymentIntent: string; reason?: string }) =>
      openDispute(world, paymentIntent, reason),

    /** Makes the next calls slow, fail, or lose their connection. */
    fault(fault: Partial<Fault>) {
      faults.add(fault);
      return null;
    },

    /** All calls are served well again. */
    noFaults() {
      faults.forget();
      return null;
    },

    /** What was asked of the API, the oldest first; of one address when `path` is given. */
    calls({ path, method }: { path?: string; method?: string } = {}) {
      return api.calls.filter(
        (call) => (!path || call.path.startsWith(path)) && (!method || call.method === method),
      );
    },

    /** Where events go, from now on. */
    webhook(change: { url?: string | null; events?: string[] | null }) {
      if (change.url !== undefined) endpoint.url = change.url ?? undefined;
      if (change.events !== undefined) endpoint.events = change.events ?? undefined;
      return null;
    },

    /** Holds deliveries back, multiplies, delays or shuffles them, from now on. */
    deliveries(change: Partial<DeliverySettings>) {
      deliveries.change(change);
      return deliveries.settings;
    },

    /** Lets go what was held. */
    release(how: Release = {}) {
      deliveries.release(how);
      return null;
    },

    /** Delivers an event once more, whoever acknowledged it before. */
    deliverAgain({ event, times = 1 }: { event: string; times?: number }) {
      const found = records.find("event", event);
      if (!found) throw invalid(`No such event: ${event}`);
      deliveries.enqueue(found, times);
      return found;
    },

    /** Every try to deliver something, the oldest first. */
    attempts: ({ event }: { event?: string } = {}) =>
      deliveries.attempts.filter((attempt) => !event || attempt.event === event),

    /** Waits until every delivery that is not held back was acknowledged; answers how many were not in time. */
    async delivered({ timeoutMs = 20_000 }: { timeoutMs?: number } = {}) {
      expireOverdue(world);
      const until = Date.now() + timeoutMs;
      await sleep(1);
      while (deliveries.pending() > 0 && !deliveries.settings.held && Date.now() < until) await sleep(5);
      return { pending: deliveries.pending() };
    },

    /** Every event there was, the oldest first; of one session or payment when `about` is its id. */
    events({ type, about }: { type?: string; about?: string } = {}) {
      return records
        .all("event")
        .filter((event) => (!type || event.type === type) && (!about || isAbout(event, about)));
    },
  };
}
export type LocalControls = ReturnType<typeof createControls>;

function isAbout({ data }: Stripe.Event, id: string): boolean {
  const object = data.object as unknown as Record<string, unknown>;
  return [object.id, object.payment_intent, object.charge].includes(id);
}

function withReceived(
  world: World,
  session: Stripe.Checkout.Session,
  received: { amount?: number; currency?: string },
): Stripe.Checkout.Session {
  const { amount = session.amount_total ?? 0, currency = session.currency ?? "" } = received;
  const { records } = world;
  const intent = records.find("intent", String(session.payment_intent));
  const charge = records.find("charge", String(intent?.latest_charge));
  if (intent) records.put("intent", { ...intent, amount, amount_received: amount, currency });
  if (charge) records.put("charge", { ...charge, amount, amount_captured: amount, currency });
  return records.put("session", { ...session, amount_total: amount, currency });
}
