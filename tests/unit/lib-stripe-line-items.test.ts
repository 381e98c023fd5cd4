import { describe, expect, it } from "vitest";
import { lineItems } from "@/lib/stripe/line-items";

const lines = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ name: `Piece ${n}`, quantity: 2, unitPriceCents: 100 + n }));
const worth = (items: ReturnType<typeof lineItems>) =>
  items.reduce((sum, { quantity = 0, price_data }) => sum + quantity * (price_data?.unit_amount ?? 0), 0);

describe("the lines of a session", () => {
  it("are those of the cart, as far as Stripe takes them", () => {
    const items = lineItems(lines(100), "eur");
    expect(items).toHaveLength(100);
    expect(items[99]).toEqual({
      quantity: 2,
      price_data: { currency: "eur", unit_amount: 199, product_data: { name: "Piece 99" } },
    });
  });

  it.each([101, 250])("are a hundred of %i, and the last is what the rest comes to", (count) => {
    const items = lineItems(lines(count), "eur");
    expect(items).toHaveLength(100);
    expect(items[99]?.price_data?.product_data?.name).toBe(`${2 * (count - 99)} more pieces`);
    expect(worth(items)).toBe(lines(count).reduce((sum, line) => sum + 2 * line.unitPriceCents, 0));
  });
});
