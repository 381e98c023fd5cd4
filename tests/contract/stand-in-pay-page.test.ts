import { expect, test } from "vitest";
import { aSession, useStandIn } from "../support/stripe-target.ts";

// The pay page as a browser without scripts meets it.

const standIn = useStandIn();
const newSession = async (more: object = {}) => {
  const { url, ...session } = await standIn.stripe.checkout.sessions.create({ ...aSession(), ...more });
  return { ...session, url: url ?? "" };
};
const choose = (url: string, outcome: string, email = "ada@example.com") =>
  fetch(url, { method: "POST", body: new URLSearchParams({ outcome, email }), redirect: "manual" });
const textOf = async (url: string) => (await fetch(url)).text();

test("shows the lines, the total, the address and the way back, and says what it is", async () => {
  const { url } = await newSession();
  const page = await textOf(url);
  for (const part of [
    "Stand-in for Stripe.",
    "No money moves.",
    "Tidewater Vase, large",
    "Pay $12.50",
    'value="ada@example.com"',
    'href="https://store.example/cart"',
  ]) {
    expect(page).toContain(part);
  }
});

test("shows what comes from a shop as text", async () => {
  const price_data = { currency: "usd", unit_amount: 500, product_data: { name: '<script>"&' } };
  const { url } = await newSession({ line_items: [{ quantity: 1, price_data }] });
  const page = await textOf(url);
  expect(page).toContain("&lt;script&gt;&quot;&amp;");
  expect(page).not.toContain("<script>");
});

test("paying leads to the store, with the session's id", async () => {
  const { id, url } = await newSession();
  const answer = await choose(url, "success");
  expect(answer.status).toBe(303);
  expect(answer.headers.get("location")).toBe(`https://store.example/orders/done?session_id=${id}`);
  expect((await standIn.stripe.checkout.sessions.retrieve(id)).payment_status).toBe("paid");
  expect(await textOf(url)).toContain("This payment is done");
});

test("a declined card leaves the page open, with the reason", async () => {
  const { id, url } = await newSession();
  const answer = await choose(url, "decline");
  expect(answer.status).toBe(402);
  expect(await answer.text()).toContain("Your card was declined.");
  expect((await standIn.stripe.checkout.sessions.retrieve(id)).status).toBe("open");
  expect((await choose(url, "success")).status).toBe(303);
});

test("bank debits are there where the session allows them, and nowhere else", async () => {
  const debit = { allowed_payment_method_types: ["card", "us_bank_account"] };
  const { url } = await newSession(debit);
  expect(await textOf(url)).toContain("Bank debit, succeeds in 5 s");
  expect((await choose(url, "delayed_success")).status).toBe(303);
  const cardsOnly = await newSession();
  expect(await textOf(cardsOnly.url)).not.toContain("Bank debit");
  expect((await choose(cardsOnly.url, "delayed_success")).status).toBe(400);
});

test("an expired session says so and takes nothing", async () => {
  const { id, url } = await newSession();
  await standIn.stripe.checkout.sessions.expire(id);
  expect(await textOf(url)).toContain("This payment page has expired");
  const answer = await choose(url, "success");
  expect(await answer.text()).toContain("This payment page has expired");
  expect((await standIn.stripe.checkout.sessions.retrieve(id)).payment_status).toBe("unpaid");
});

test("there is no page of no session", async () => {
  expect((await fetch(`${standIn.address.url}/c/pay/cs_test_nothing`)).status).toBe(404);
});
