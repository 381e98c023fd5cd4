import { expect, test } from "vitest";
import { details, paid } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { usePinnedCart } from "./pinned-cart.ts";
import { sqlStateOf } from "./sessions.ts";

// What functions of paying are told, spoiled in one place each. What no other test noticed when `npm run mutate:db`
// took a part of their checks away.

const db = useTestDatabase();
const at = usePinnedCart(db);

const without = (key: string, from: object) =>
  Object.fromEntries(Object.entries(from).filter(([name]) => name !== key));

const checkout = (said: unknown) =>
  answerOf(db.sql, "start_checkout($1, 'v', 2490, $2, 'https://shop.example.test')", [newShopper(), said]);

test.each(["email", "name", "line1", "postalCode", "city", "country"])(
  "nobody starts to pay without %s, or with another thing in its place",
  async (key) => {
    for (const spoiled of [
      without(key, details),
      { ...details, [key]: 12345 },
      { ...details, [key]: "" },
      { ...details, [key]: key === "email" ? `a@${"b".repeat(319)}` : "A".repeat(321) },
    ]) {
      expect(await sqlStateOf(checkout(spoiled)), JSON.stringify(spoiled)).toBe("HF001");
    }
  },
);

test.each([{ line2: 2 }, { country: "de" }, { country: "DEU" }, { email: "a@" }])(
  "nobody starts to pay with %j",
  async (but) => {
    expect(await sqlStateOf(checkout({ ...details, ...but }))).toBe("HF001");
  },
);

test.each([{}, { line2: null }, { line2: "Second floor" }, { email: "a@b" }])(
  "the address may have %j",
  async (but) => {
    expect(await sqlStateOf(checkout({ ...details, ...but }))).toBe("none");
  },
);

test("an order of elsewhere is told with all that it has, and nothing else in its place", async () => {
  const line = { variantId: at.variantId, quantity: 1 };
  const money = { amountCents: 1000, currency: "EUR", paymentIntentId: null };
  const good = { source: "phone", said: {}, lines: [line] as unknown, money: money as unknown };
  const record = ({ source, said, lines, money: received }: Partial<Record<keyof typeof good, unknown>>) =>
    answerOf(db.sql, "record_paid_order($1, $2, $3, $4)", [source, said, lines, received]);
  for (const spoiled of [
    { source: null },
    { source: "shop" },
    { said: [] },
    { said: { email: "a@" } },
    { said: { email: `a@${"b".repeat(319)}` } },
    { said: { shippingCents: "some" } },
    { said: { shippingCents: -1 } },
    { lines: {} },
    { lines: [] },
    { lines: Array.from({ length: 101 }, () => line) },
    { lines: [{ ...line, unitPriceCents: "some" }] },
    { lines: [{ ...line, unitPriceCents: -1 }] },
    { money: without("amountCents", money) },
    { money: { ...money, amountCents: "some" } },
  ]) {
    const state = await sqlStateOf(record({ ...good, ...spoiled }));
    expect(state, JSON.stringify(spoiled).slice(0, 100)).toBe("HF001");
  }
  expect((await record(good)).outcome).toBe("sold");
});

test.each([{ amountCents: 24.5 }, { amountCents: "2490" }, { amountCents: 1e30 }])(
  "no payment is settled with %j",
  async (but) => {
    const said = { ...paid(at.payment), ...but };
    const state = await sqlStateOf(
      answerOf(db.sql, "settle_payment($1, $2, 'return')", [at.payment.paymentId, said]),
    );
    expect(state).toBe("HF001");
  },
);
