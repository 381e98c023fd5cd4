import { describe, expect, it } from "vitest";
import { type AvailabilityFacts, availabilityNote, productNote } from "@/domain/availability";
import { at } from "./cart-fixtures";

const facts = (changes: Partial<AvailabilityFacts>): AvailabilityFacts => ({
  state: "in_stock",
  available: 20,
  nextReleaseAt: null,
  ...changes,
});
const soldOut = facts({ state: "sold_out", available: 0 });
const held = (seconds: number) => facts({ state: "held", available: 0, nextReleaseAt: at(seconds) });
const low = (available: number) => facts({ state: "low_stock", available });

describe("a variant", () => {
  it("says what of it can be had", () => {
    expect(availabilityNote(facts({})).text).toBe("In stock");
    expect(availabilityNote(low(3)).text).toBe("Only 3 left");
    expect(availabilityNote(soldOut).text).toBe("Sold out");
    expect(availabilityNote(held(60))).toEqual({
      state: "held",
      text: "All held right now",
      nextReleaseAt: at(60),
    });
  });
});

describe("a variant of which the shopper holds the rest", () => {
  it("is not promised to come free: those units are theirs", () => {
    expect(availabilityNote(held(60), true)).toEqual({
      state: "held",
      text: "None free beside yours",
      nextReleaseAt: null,
    });
    expect(availabilityNote(low(3), true).text).toBe("Only 3 left");
  });
});

describe("a product", () => {
  const of = (...all: AvailabilityFacts[]) =>
    productNote(all.map((availability, index) => ({ name: `V${index + 1}`, availability })));

  it("with one variant says the same as its variant", () => {
    expect(of(low(1)).text).toBe("Only 1 left");
  });

  it("names its scarcest variant that can still be had", () => {
    expect(of(facts({}), low(3), low(1)).text).toBe("V3: only 1 left");
  });

  it("is in stock while anything is, held while anything may come back, and sold out at last", () => {
    expect(of(soldOut, facts({})).text).toBe("In stock");
    expect(of(soldOut, held(90), held(30))).toMatchObject({ state: "held", nextReleaseAt: at(30) });
    expect(of(soldOut, soldOut).text).toBe("Sold out");
  });
});
