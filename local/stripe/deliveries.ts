import Stripe from "stripe";
import { createRandom, shuffled, takeAny } from "./shuffle.ts";

export type Endpoint = {
  url: string | undefined;
  secret: string;
  /** The types that are sent; all when left out. */
  events?: string[] | undefined;
};

export type DeliverySettings = {
  /** Nothing goes out until they are released. */
  held: boolean;
  /** How often each event goes out. */
  copies: number;
  /** How long an event waits before its first try. */
  delayMs: number;
  /** Whatever waits goes out in an order of its own; `seed` repeats it. */
  shuffled: boolean;
  seed: number;
  /** How many are on their way at once. */
  concurrency: number;
};

export type Attempt = {
  event: string;
  type: string;
  attempt: number;
  /** Null when there was no answer. */
  status: number | null;
  /** Milliseconds since the epoch. */
  at: number;
};

type Job = { event: Stripe.Event; attempt: number };

export type Deliveries = ReturnType<typeof createDeliveries>;

/** Sends events until somebody answers 2xx, as Stripe does for three days. */
export function createDeliveries(options: {
  endpoint: Endpoint;
  /** How long to wait after each failed try, in ms; the last one again and again. */
  backoff: number[];
  settings?: Partial<DeliverySettings> | undefined;
  /** Every copy was answered 2xx. */
  onDelivered(event: Stripe.Event): void;
}) {
  const { endpoint, backoff, onDelivered } = options;
  const settings: DeliverySettings = { ...usual, ...options.settings };
  const attempts: Attempt[] = [];
  /** How many copies of an event are not acknowledged. */
  const open = new Map<string, number>();
  let random = createRandom(settings.seed);
  let ready: Job[] = [];
  let underWay = 0;
  let stopped = false;

  function pump(): void {
    while (!stopped && !settings.held && underWay < settings.concurrency) {
      const job = settings.shuffled ? takeAny(ready, random) : ready.shift();
      if (!job) return;
      underWay++;
      void send(job).finally(() => {
        underWay--;
        pump();
      });
    }
  }

  function schedule(job: Job, wait: number): void {
    const go = () => {
      ready.push(job);
      pump();
    };
    // Never at once: whoever caused the event gets its answer first, mostly.
    if (wait > 0) setTimeout(go, wait).unref();
    else setImmediate(go);
  }

  async function send(job: Job): Promise<void> {
    const { id, type } = job.event;
    const status = await post(endpoint, job.event);
    attempts.push({ event: id, type, attempt: job.attempt, status, at: Date.now() });
    if (status === null || status < 200 || status > 299) {
      const wait = backoff[Math.min(job.attempt, backoff.length) - 1] ?? 1_000;
      return schedule({ ...job, attempt: job.attempt + 1 }, wait);
    }
    const left = (open.get(id) ?? 1) - 1;
    if (left > 0) return void open.set(id, left);
    open.delete(id);
    onDelivered(job.event);
  }

  return {
    attempts,
    settings,
    /** How many events somebody has not acknowledged yet, or not every copy of them. */
    pending: () => open.size,
    enqueue(event: Stripe.Event, copies = settings.copies): boolean {
      const { url, events } = endpoint;
      if (!url || (events && !events.includes(event.type))) return false;
      open.set(event.id, (open.get(event.id) ?? 0) + copies);
      for (let copy = 0; copy < copies; copy++) schedule({ event, attempt: 1 }, settings.delayMs);
      return true;
    },
    change(change: Partial<DeliverySettings>): void {
      if (change.seed !== undefined) random = createRandom(change.seed);
      Object.assign(settings, change);
      pump();
    },
    /** Lets what was held go, in this order. */
    release({ order = "sent", copies = 1 }: Release): void {
      for (const { event } of ready) open.set(event.id, (open.get(event.id) ?? 0) + copies - 1);
      const jobs = ready.flatMap((job) => Array.from({ length: copies }, () => job));
      if (order === "reverse") ready = jobs.reverse();
      else ready = order === "shuffled" ? shuffled(jobs, random) : jobs;
      settings.held = false;
      pump();
    },
    stop(): void {
      stopped = true;
    },
  };
}

export type Release = { order?: "sent" | "reverse" | "shuffled"; copies?: number };

const usual: DeliverySettings = {
  held: false,
  copies: 1,
  delayMs: 0,
  shuffled: false,
  seed: 1,
  concurrency: 8,
};

/** Signed when it is sent, so that an old event redelivered is not an old signature. */
async function post({ url = "", secret }: Endpoint, event: Stripe.Event): Promise<number | null> {
  const payload = JSON.stringify(event, null, 2);
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
  const headers = {
    "Content-Type": "application/json; charset=utf-8",
    "Stripe-Signature": signature,
    "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
  };
  try {
    const signal = AbortSignal.timeout(20_000);
    const answer = await fetch(url, { method: "POST", body: payload, headers, redirect: "manual", signal });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}
