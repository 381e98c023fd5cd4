import { setTimeout as sleep } from "node:timers/promises";
import type Stripe from "stripe";
import { ask } from "./ask.ts";
import { type Ground, inCrowd, type Options, shuffled } from "./ground.ts";

/** What the store listens to: other events are acknowledged and nothing else. */
const heard = /^(checkout\.session|charge|refund)\./;

export type Delivered = { events: number; deliveries: number; repeatedByUs: number };

/** Tells the store of events that it was not told of yet, each one to ten times, all shuffled. */
export function createPostman(ground: Ground, random: () => number, { say }: Pick<Options, "say">) {
  const told = new Set<string>();
  const total: Delivered = { events: 0, deliveries: 0, repeatedByUs: 0 };

  return {
    total,
    /** Answers how many events were new. `wanted`: deliveries of this round, at least. */
    async deliver(wanted = 0): Promise<number> {
      const events = (await ground.controls.events()).filter(
        ({ id, type }) => heard.test(type) && !told.has(id),
      );
      for (const { id } of events) told.add(id);
      const copies = events.flatMap((event) =>
        Array<Stripe.Event>(1 + Math.floor(random() * 10)).fill(event),
      );
      for (let n = 0; copies.length < wanted && events.length > 0; n++) {
        copies.push(events[n % events.length] as Stripe.Event);
      }
      let done = 0;
      await inCrowd(shuffled(copies, random), async (event) => {
        await tell(event);
        if (++done % 500 === 0) say(`${done} of ${copies.length} deliveries`);
      });
      total.events += events.length;
      total.deliveries += copies.length;
      return events.length;
    },
  };

  async function tell(event: Stripe.Event): Promise<void> {
    for (let tries = 1; ; tries++) {
      const payload = JSON.stringify(event);
      const signature = await ground.stripe.webhooks.generateTestHeaderStringAsync({
        payload,
        secret: ground.webhookSecret,
      });
      const response = await ask(`${ground.url}/api/webhooks/stripe`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Stripe-Signature": signature },
        body: payload,
      });
      if (response.ok) return;
      // As Stripe does: what was not acknowledged is told again.
      if (response.status < 500 || tries === 20)
        throw new Error(`${event.type}: ${response.status} ${await response.text()}`);
      total.repeatedByUs++;
      await sleep(100 * tries);
    }
  }
}
