import { describe, expect, it } from "vitest";
import { type Failure, failureText } from "@/domain/refusals";
import { at } from "./cart-fixtures";

type Refused = Extract<Failure, { kind: "refused" }>;

function text(code: string, facts: Partial<Refused> = {}, holdsSome = false): string {
  const failure: Failure = {
    kind: "refused",
    code,
    available: null,
    nextReleaseAt: null,
    limit: null,
    ...facts,
  };
  return failureText(failure, { holdsSome, formatTime: () => "14:35" });
}

describe("a shortage", () => {
  it("says how many are free", () => {
    expect(text("insufficient_stock", { available: 2 })).toBe("Only 2 are free right now.");
    expect(text("insufficient_stock", { available: 1 })).toBe("Only 1 is free right now.");
    expect(text("insufficient_stock", { available: 2 }, true)).toBe("Only 2 more are free right now.");
  });

  it("says when others may give some back", () => {
    const facts = { available: 0, nextReleaseAt: at(60) };
    expect(text("insufficient_stock", facts)).toContain("The next may come free at 14:35.");
    expect(text("insufficient_stock", { available: 0 })).toBe("None are left.");
  });
});

describe("every other refusal", () => {
  it.each([
    "extension_limit",
    "hold_expired",
    "reservation_not_found",
    "reservation_ended",
    "variant_not_found",
    "payment_open",
    "database_unavailable",
    "limit_reached",
  ])("%s has words of its own", (code) => {
    expect(text(code)).not.toBe(text("a_code_from_next_year"));
  });

  it("names the limit that was met", () => {
    expect(text("limit_reached", { limit: { name: "max_units_per_line", value: 100 } })).toContain("100");
    expect(text("limit_reached", { limit: { name: "max_units_per_shopper", value: 500 } })).toContain(
      "500 units",
    );
  });

  it("that we do not know still sends the shopper to what is true", () => {
    expect(text("a_code_from_next_year")).toContain("Your cart shows what is really held");
    expect(failureText({ kind: "unreachable" }, { holdsSome: false, formatTime: String })).toContain(
      "connection",
    );
  });
});
