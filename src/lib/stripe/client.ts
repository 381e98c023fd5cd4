import Stripe from "stripe";
import { env } from "../env";

/** One try, and one more where nothing came back: a shopper waits for the answer. */
const TIMEOUT_MS = 8_000;
const RETRIES = 1;

let client: Stripe | undefined;

/** Stripe with our key; with STRIPE_API_URL whoever answers there. */
export function stripe(): Stripe {
  const { STRIPE_SECRET_KEY: key, STRIPE_API_URL: url } = env();
  client ??= new Stripe(key, {
    timeout: TIMEOUT_MS,
    maxNetworkRetries: RETRIES,
    telemetry: false,
    ...(url && addressOf(new URL(url))),
  });
  return client;
}

function addressOf({ protocol, hostname, port }: URL) {
  const isHttp = protocol === "http:";
  return {
    protocol: isHttp ? ("http" as const) : ("https" as const),
    host: hostname,
    port: port || (isHttp ? "80" : "443"),
  };
}

/** Whether our key moves money. Events of the other mode are not ours. */
export const isLiveMode = (): boolean => /^[sr]k_live_/.test(env().STRIPE_SECRET_KEY);
