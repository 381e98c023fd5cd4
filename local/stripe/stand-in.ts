import type { AddressInfo } from "node:net";
import { createApi } from "./api.ts";
import { type Controls, connectStripeStandIn, type StandInAddress } from "./client.ts";
import { createControls } from "./controls.ts";
import { createDeliveries, type DeliverySettings, type Endpoint } from "./deliveries.ts";
import { newEvent } from "./events.ts";
import { createFaults } from "./faults.ts";
import { createKeys } from "./idempotency.ts";
import { fileJournal, noJournal } from "./journal.ts";
import { settleDue } from "./payments.ts";
import { createRecords } from "./records.ts";
import { createStandInServer } from "./server.ts";
import { expireOverdue } from "./sessions.ts";
import type { World } from "./world.ts";

export type StripeStandInOptions = {
  /** A free one when left out. */
  port?: number;
  /** `sk_test_…`; the same at every start where sessions are to outlive a restart of the store. */
  secretKey?: string;
  /** `whsec_…` */
  webhookSecret?: string;
  /** Where events go; nowhere when left out. It can be changed later. */
  webhookUrl?: string | undefined;
  /** The types of events that are sent; all when left out. */
  webhookEvents?: string[];
  /** How long to wait after each failed delivery, in ms; the last one again and again. */
  backoff?: number[];
  deliveries?: Partial<DeliverySettings>;
  /** Where to keep everything for the next start; nowhere when left out. */
  file?: string;
};

export type StripeStandIn = StandInAddress & { controls: Controls; stop(): Promise<void> };

/** Starts Stripe's stand-in in this process. Everything about it: docs/adr/0015-stripe-stand-in.md. */
export async function startStripeStandIn(options: StripeStandInOptions = {}): Promise<StripeStandIn> {
  const secretKey = options.secretKey ?? "sk_test_local_standin";
  const webhookSecret = options.webhookSecret ?? "whsec_local_standin";
  const records = createRecords(options.file ? fileJournal(options.file) : noJournal);
  const endpoint: Endpoint = {
    url: options.webhookUrl,
    secret: webhookSecret,
    events: options.webhookEvents,
  };
  const deliveries = createDeliveries({
    endpoint,
    backoff: options.backoff ?? [1_000, 2_000, 5_000, 15_000, 60_000],
    settings: options.deliveries,
    onDelivered: ({ id }) => {
      const event = records.find("event", id);
      if (event) records.put("event", { ...event, pending_webhooks: 0 });
    },
  });
  const world: World = {
    url: "",
    secretKey,
    records,
    request: null,
    nextRefunds: [],
    emit(type, object, previous) {
      const event = newEvent(type, object, world.request, previous);
      event.pending_webhooks = deliveries.enqueue(event) ? 1 : 0;
      return records.put("event", event);
    },
  };
  const faults = createFaults();
  const api = createApi(world, createKeys(records), faults);
  const parts = { world, api, faults, deliveries, endpoint };
  const context = { ...parts, controls: createControls(parts) };
  const server = createStandInServer(() => context);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // What the last run did not get rid of.
  for (const event of records.all("event")) if (event.pending_webhooks > 0) deliveries.enqueue(event);
  const clock = setInterval(() => {
    expireOverdue(world);
    settleDue(world);
  }, 100).unref();

  const address = { url: world.url, secretKey, webhookSecret };
  return {
    ...address,
    controls: connectStripeStandIn(address),
    async stop() {
      clearInterval(clock);
      deliveries.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
