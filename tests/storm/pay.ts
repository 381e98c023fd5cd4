import type { Shopper } from "./shopper.ts";

/** What became of one shopper's wish to pay. */
export type Paid = { isSold: boolean; story: string };

const address = {
  name: "A shopper of the storm",
  line1: "1 Shore Road",
  postalCode: "12345",
  city: "Rivermouth",
  country: "DE",
};

/** Buys the cart as a person would who uses the pay page of the local Stripe stand-in; the real one asks for a card. */
export async function payFor(shopper: Shopper): Promise<Paid> {
  const failed = (story: string): Paid => ({ isSold: false, story });
  const { body } = await shopper.send("checkout", "GET", "/api/checkout");
  const { cartVersion, totalCents } = (body.quote ?? {}) as { cartVersion?: string; totalCents?: number };
  const checkout = await shopper.send("checkout", "POST", "/api/checkout", {
    cartVersion,
    expectedTotalCents: totalCents,
    email: "storm@holdfast.test",
    address,
  });
  if (checkout.status !== 201) return failed(`checkout was answered ${checkout.status} ${checkout.code}`);
  const { url, orderId } = checkout.body as { url: string; orderId: string };
  if (new URL(url).hostname.endsWith("stripe.com")) {
    return failed("the pay page is Stripe's own, where the storm cannot type a card");
  }
  const page = await fetch(url, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ outcome: "success" }),
  });
  const back = page.headers.get("location");
  if (!back) return failed(`the pay page answered ${page.status} and leads nowhere`);
  const { searchParams } = new URL(back, url);
  const answer = await shopper.send("order", "POST", "/api/orders/create-from-payment", {
    sessionId: searchParams.get("session_id"),
  });
  const { order } = answer.body as { order?: { status: string } };
  if (order?.status === "paid") shopper.hasBought();
  return order?.status === "paid"
    ? { isSold: true, story: orderId }
    : failed(`the order is ${order?.status ?? `answered ${answer.status} ${answer.code}`}`);
}
