import { describe, expect, it } from "vitest";
import { adminFailureText, durationText } from "@/domain/admin-wording";
import { explainAvailability } from "@/domain/unavailable";
import { operations } from "@/lib/openapi/operations";

const level = {
  locationCode: "main",
  onHand: 5,
  safetyStock: 0,
  heldUnits: 0,
  payingUnits: 0,
  available: 5,
};

describe("why something was unavailable", () => {
  it("names all that stood in the way, by location", () => {
    const taken = { ...level, heldUnits: 2, payingUnits: 1, safetyStock: 2, available: 0 };
    expect(
      explainAvailability(true, [taken, { ...level, locationCode: "shed", onHand: 0, available: 0 }]),
    ).toEqual({
      isAvailable: false,
      sentences: [
        "At main there were 5 units: 2 held, 1 being paid, 2 kept back as safety stock, none free.",
        "At shed there were no units.",
      ],
    });
  });

  it("says so where it could be had: one location that gives is enough", () => {
    const one = { ...level, locationCode: "shed", onHand: 1, available: 1 };
    expect(explainAvailability(true, [{ ...level, heldUnits: 5, available: 0 }, one])).toEqual({
      isAvailable: true,
      sentences: ["At main there were 5 units: 5 held, none free.", "At shed there was 1 unit, all free."],
    });
  });

  it("tells that nobody could hold what was not published, or kept nowhere", () => {
    expect(explainAvailability(false, [level])).toMatchObject({
      isAvailable: false,
      sentences: [expect.stringContaining("not published"), expect.any(String)],
    });
    expect(explainAvailability(true, [])).toMatchObject({
      isAvailable: false,
      sentences: [expect.stringContaining("not kept")],
    });
  });
});

describe("the words for admins", () => {
  const fallback = adminFailureText("nothing of that name");
  /** Bugs and attacks, of which nobody can be told more. */
  const wordless = ["internal_error", "foreign_origin", "malformed_json", "unsupported_media_type"];

  it.each([
    ...new Set(operations.filter(({ tag }) => tag === "Admin").flatMap(({ problems }) => [...problems])),
  ])("say what %s means", (code) => {
    if (!wordless.includes(code)) expect(adminFailureText(code)).not.toBe(fallback);
  });

  it.each([
    [0, "0 s"],
    [59.6, "1 min"],
    [90, "1 min 30 s"],
    [900, "15 min"],
    [5400, "1 h 30 min"],
    [93_600, "1 d 2 h"],
  ])("write %d seconds as %s", (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});
