import Stripe from "stripe";
import { afterAll, beforeAll } from "vitest";
import type { Controls } from "../../local/stripe/client.ts";
import {
  type StripeStandIn,
  type StripeStandInOptions,
  startStripeStandIn,
} from "../../local/stripe/stand-in.ts";

/** The official package, talking to a stand-in. */
export function stripeAt(
  { url, secretKey }: { url: string; secretKey: string },
  options: Stripe.StripeConfig = {},
) {
  const { hostname, port } = new URL(url);
  const place = { host: hostname, port: Number(port), protocol: "http" } as const;
  return new Stripe(secretKey, { ...place, maxNetworkRetries: 0, telemetry: false, ...options });
}

/** A stand-in of this test file's own. */
export function useStandIn(options: StripeStandInOptions = {}) {
  let standIn: StripeStandIn;
  beforeAll(async () => {
    standIn = await startStripeStandIn({ backoff: [5, 10, 20], ...options });
  });
  afterAll(() => standIn.stop());
  return {
    get address() {
      return standIn;
    },
    get controls(): Controls {
      return standIn.controls;
    },
    get stripe() {
      return stripeAt(standIn);
    },
  };
}

const testKey = process.env.STRIPE_CONTRACT_TEST_KEY;
if (testKey && !testKey.startsWith("sk_test_")) {
  throw new Error("STRIPE_CONTRACT_TEST_KEY is no key of Stripe's test mode (sk_test_…): no other is used.");
}

/** Whether the contract is held against Stripe itself. */
export const isStripeItself = Boolean(testKey);

/** What the contract is held against: Stripe's test mode when its key is given, else a stand-in. */
export function useTarget() {
  const standIn = isStripeItself ? undefined : useStandIn();
  const stripe = () => (testKey ? new Stripe(testKey) : (standIn?.stripe as Stripe));
  return {
    get stripe() {
      return stripe();
    },
    /** The same server, asked with a key that is not its own. */
    withKey: (key: string) => (standIn ? stripeAt({ ...standIn.address, secretKey: key }) : new Stripe(key)),
    /** A payment that succeeded, for refunds: on a pay page of the stand-in, by a test card at Stripe. */
    async paidIntent(amount: number): Promise<string> {
      if (!standIn) return payAtStripe(stripe(), amount);
      const { id } = await stripe().checkout.sessions.create(aSession({ amount }));
      const paid = await standIn.controls.pay({ session: id, outcome: "success" });
      return String(paid.payment_intent);
    },
  };
}

async function payAtStripe(stripe: Stripe, amount: number): Promise<string> {
  const { id } = await stripe.paymentIntents.create({
    amount,
    currency: "usd",
    confirm: true,
    payment_method: "pm_card_visa",
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
  });
  return id;
}

export const minutesFromNow = (minutes: number): number => Math.floor(Date.now() / 1000) + minutes * 60;

type Wish = { amount?: number; quantity?: number; currency?: string };

/** What the store asks for, more or less. */
export function aSession(
  { amount = 1_250, quantity = 1, currency = "usd" }: Wish = {},
  more: Stripe.Checkout.SessionCreateParams = {},
): Stripe.Checkout.SessionCreateParams {
  const price_data = { currency, unit_amount: amount, product_data: { name: "Tidewater Vase, large" } };
  return {
    mode: "payment",
    ui_mode: "hosted_page",
    line_items: [{ quantity, price_data }],
    customer_email: "ada@example.com",
    client_reference_id: "order-1",
    metadata: { order_id: "order-1" },
    payment_intent_data: { metadata: { order_id: "order-1" } },
    allowed_payment_method_types: ["card"],
    adaptive_pricing: { enabled: false },
    allow_promotion_codes: false,
    success_url: "https://store.example/orders/done?session_id={CHECKOUT_SESSION_ID}",
    cancel_url: "https://store.example/cart",
    expires_at: minutesFromNow(31),
    ...more,
  };
}

/** The refusal of a call that must be refused. */
export async function refusalOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error = await call.then(
    (answer) => new Error(`it was answered: ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw error;
}
