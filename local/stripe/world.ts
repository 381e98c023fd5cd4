import { randomBytes } from "node:crypto";
import type Stripe from "stripe";
import type { Records } from "./records.ts";

/** What every part of the stand-in needs. */
export type World = {
  /** Where it answers, without a slash at the end. */
  url: string;
  secretKey: string;
  records: Records;
  /** Keeps an event about an object as it is now, and has it delivered. */
  emit(type: Stripe.Event.Type, object: object, previous?: object): Stripe.Event;
  /** The request that is being served: events name it as their cause. */
  request: Stripe.Event.Request | null;
  /** What becomes of the next refunds, as a test wants it. */
  nextRefunds: ("pending" | "requires_action" | "failed")[];
};

/** Seconds since the epoch, as Stripe counts. */
export const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

/** An id that looks like Stripe's: `cs_test_…`, `pi_…`. */
export const newId = (prefix: string, bytes = 18): string =>
  `${prefix}_${randomBytes(bytes)
    .toString("base64url")
    .replace(/[-_]/g, () => "x")}`;
