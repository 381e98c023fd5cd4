import { describe, expect, it } from "vitest";
import { moneyText, priceRangeText } from "@/domain/money";

describe("a price", () => {
  it.each([
    [4_800, "EUR", "€48"],
    [1_950, "EUR", "€19.50"],
    [123_456, "EUR", "€1,234.56"],
    [0, "EUR", "€0"],
    [1_500, "JPY", "¥1,500"],
    [1_500, "USD", "$15"],
  ])("of %i in %s reads %s", (minorUnits, currency, text) => {
    expect(moneyText(minorUnits, currency)).toBe(text);
  });

  it("of several variants begins with the cheapest", () => {
    const price = (priceCents: number) => ({ priceCents, currency: "EUR" });
    expect(priceRangeText([price(9_500), price(3_900)])).toBe("from €39");
    expect(priceRangeText([price(2_400), price(2_400)])).toBe("€24");
  });
});
