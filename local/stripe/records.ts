import type Stripe from "stripe";
import type { KeptAnswer } from "./idempotency.ts";
import type { Journal } from "./journal.ts";

/** What the stand-in knows of a session beyond what Stripe shows of it. */
export type SessionExtras = {
  /** The session's. */
  id: string;
  lineItems: Stripe.LineItem[];
  intentData: {
    description?: string | undefined;
    metadata?: Record<string, string> | undefined;
    receipt_email?: string | undefined;
  };
  /** A bank debit on its way: what becomes of it, and when (ms since the epoch; null until a test says so). */
  settlement?: { outcome: "success" | "failure"; at: number | null } | undefined;
};

type Kinds = {
  session: Stripe.Checkout.Session;
  extras: SessionExtras;
  intent: Stripe.PaymentIntent;
  charge: Stripe.Charge;
  refund: Stripe.Refund;
  dispute: Stripe.Dispute;
  event: Stripe.Event;
  key: KeptAnswer;
};
export type Kind = keyof Kinds;
export type Kept<K extends Kind> = Kinds[K];

export type Records = {
  find<K extends Kind>(kind: K, id: string): Kinds[K] | undefined;
  /** Writes it as it is now. Objects are never changed in place: what was answered stays as it was answered. */
  put<K extends Kind>(kind: K, value: Kinds[K]): Kinds[K];
  forget(kind: Kind, id: string): void;
  /** The oldest first. */
  all<K extends Kind>(kind: K): Kinds[K][];
};

export function createRecords(journal: Journal): Records {
  const kept = new Map<string, Map<string, { id: string }>>();
  const of = (kind: string) => {
    const values = kept.get(kind) ?? new Map<string, { id: string }>();
    kept.set(kind, values);
    return values;
  };
  for (const [kind, value] of journal.read()) of(kind).set(value.id, value);
  return {
    find: <K extends Kind>(kind: K, id: string) => of(kind).get(id) as Kinds[K] | undefined,
    put(kind, value) {
      of(kind).set(value.id, value);
      journal.append([kind, value]);
      return value;
    },
    forget: (kind, id) => of(kind).delete(id),
    all: <K extends Kind>(kind: K) => [...of(kind).values()] as Kinds[K][],
  };
}
