import {
  BackAnswerSchema,
  type CheckoutAnswer,
  CheckoutAnswerSchema,
  type CheckoutBody,
  CheckoutSchema,
} from "@/contracts/checkout";
import { ForecastSchema } from "@/contracts/forecast";
import { type Answer, type Fetch, request, tryOnce, withBody } from "./cart-api";
import { newKey } from "./new-key";
import { type Pacing, persistently, type Tried } from "./persistence";

const CHECKOUT = "/api/checkout";

/** The checkout's side of the HTTP contract. Paying has a key, so that a lost answer cannot pay twice. */
export function createCheckoutApi(fetch: Fetch, pacing: Pacing) {
  /** The key of a payment of which nothing was heard: whoever asks for the same once more means that one. */
  const openKeys = new Map<string, string>();

  async function pay(body: CheckoutBody): Promise<Answer<CheckoutAnswer>> {
    const init = withBody("POST", body);
    const wish = JSON.stringify(body);
    const key = openKeys.get(wish) ?? newKey();
    const headers = { ...init.headers, "Idempotency-Key": key };
    const send = async () =>
      saidPlainly(await tryOnce(fetch, CHECKOUT, { ...init, headers }, CheckoutAnswerSchema));
    const { answer, isOpen } = await persistently(send, pacing);
    if (isOpen) openKeys.set(wish, key);
    else openKeys.delete(wish);
    return answer;
  }

  return {
    read: () => request(fetch, CHECKOUT, { method: "GET" }, CheckoutSchema),
    forecast: () => request(fetch, "/api/stock/reservations/validate", { method: "GET" }, ForecastSchema),
    pay,
    back: async () => {
      const send = async () =>
        saidPlainly(await tryOnce(fetch, CHECKOUT, { method: "DELETE" }, BackAnswerSchema));
      return (await persistently(send, pacing)).answer;
    },
  };
}

/** The payment page is away: the shop itself has answered, and the shopper decides whether to try again. */
function saidPlainly<Value>(tried: Tried<Answer<Value>>): Tried<Answer<Value>> {
  const { answer } = tried;
  return !answer.ok && answer.problem?.code === "payment_unavailable" ? { ...tried, isOpen: false } : tried;
}
