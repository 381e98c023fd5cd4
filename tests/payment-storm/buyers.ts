import { randomUUID } from "node:crypto";
import { must } from "../support/shop.ts";
import { ask } from "./ask.ts";
import type { Ground } from "./ground.ts";

/** Somebody with a pinned cart and an open session. */
export type Buyer = {
  cookie: string;
  orderId: string;
  paymentId: string;
  sessionId: string;
  variantId: string;
};

const address = { name: "Ada", line1: "1 Quay", postalCode: "12345", city: "Harbour", country: "DE" };

/** A stranger holds units of a variant and starts to pay, by HTTP alone. */
export async function startBuyer(
  { url, sql }: Ground,
  n: number,
  variantId: string,
  quantity: number,
): Promise<Buyer> {
  const held = await send(`${url}/api/stock/reservations`, { variantId, quantity });
  const cookie = must(/holdfast[^=]*=[^;]+/.exec(held.headers.getSetCookie().join(";"))?.[0]);
  const { quote } = await (await ask(`${url}/api/checkout`, { headers: { Cookie: cookie } })).json();
  const wish = {
    cartVersion: quote.cartVersion,
    expectedTotalCents: quote.totalCents,
    email: `storm-${n}@example.test`,
    address,
  };
  const { orderId } = await (await send(`${url}/api/checkout`, wish, cookie)).json();
  const [row] = await sql<{ paymentId: string; sessionId: string }[]>`
    select id as "paymentId", session_id as "sessionId" from payments where order_id = ${orderId}`;
  return { cookie, orderId, variantId, ...must(row) };
}

/** The shopper comes back from Stripe's page: the same completion as an event. */
export async function comeBack({ url }: Ground, { cookie, sessionId }: Buyer): Promise<void> {
  await send(`${url}/api/orders/create-from-payment`, { sessionId }, cookie);
}

async function send(url: string, body: unknown, cookie = ""): Promise<Response> {
  const response = await ask(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "Idempotency-Key": randomUUID(),
      ...(cookie && { Cookie: cookie }),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response;
}
