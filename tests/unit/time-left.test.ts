import { describe, expect, it } from "vitest";
import { clockText, isAtLongest, soonestOf, spokenTimeLeft, timeLeft, warningsOf } from "@/domain/time-left";
import { at } from "./cart-fixtures";

const levelAt = (secondsLeft: number, durationSeconds = 900) =>
  timeLeft({ expiresAt: at(secondsLeft), durationSeconds }, Date.parse(at(0))).level;

describe("the level of a 15 minute hold", () => {
  it.each([
    [900, "calm"],
    [301, "calm"],
    [300, "soon"],
    [121, "soon"],
    [120, "urgent"],
    [1, "urgent"],
    [0, "ended"],
    [-60, "ended"],
  ])("is, %i seconds before the end, %s", (left, level) => expect(levelAt(left)).toBe(level));
});

describe("a warning", () => {
  it.each([1, 10, 30, 60, 120, 300, 900, 3_600, 86_400])(
    "comes at least 20 seconds before the end of a hold of %i seconds",
    (duration) => {
      const { soon, urgent } = warningsOf(duration);
      expect(urgent).toBeGreaterThanOrEqual(20_000);
      expect(soon).toBeGreaterThan(urgent);
    },
  );

  it("keeps its proportion on a short hold, so that it does not begin with an alarm", () => {
    expect(levelAt(170, 180)).toBe("calm");
    expect(levelAt(59, 180)).toBe("soon");
    expect(levelAt(24, 180)).toBe("urgent");
  });
});

describe("the time left", () => {
  it("is computed from the end, and never negative", () => {
    const hold = { expiresAt: at(90), durationSeconds: 900 };
    expect(timeLeft(hold, Date.parse(at(30)))).toMatchObject({ milliseconds: 60_000, fraction: 60 / 900 });
    expect(timeLeft(hold, Date.parse(at(3_600)))).toMatchObject({ milliseconds: 0, fraction: 0 });
  });

  it("fills at most one whole ring, even when units were added late", () => {
    expect(timeLeft({ expiresAt: at(1_000), durationSeconds: 900 }, Date.parse(at(0))).fraction).toBe(1);
  });
});

describe("the time in words", () => {
  it.each([
    [900_000, "15:00"],
    [845_000, "14:05"],
    [59_001, "1:00"],
    [1, "0:01"],
    [0, "0:00"],
    [3_723_000, "1:02:03"],
  ])("writes %i ms as %s", (milliseconds, text) => expect(clockText(milliseconds)).toBe(text));

  it.each([
    [900_000, "15 minutes"],
    [61_000, "1 minute"],
    [45_000, "45 seconds"],
    [1_000, "1 second"],
  ])("says %i ms as %s", (milliseconds, text) => expect(spokenTimeLeft(milliseconds)).toBe(text));
});

describe("a hold among others", () => {
  it("is at its longest when no click can move its end", () => {
    expect(isAtLongest({ expiresAt: at(10), maxExpiresAt: at(10) })).toBe(true);
    // The same instant, written with another offset.
    expect(
      isAtLongest({ expiresAt: "2026-11-22T12:00:00Z", maxExpiresAt: "2026-11-22T13:00:00+01:00" }),
    ).toBe(true);
    expect(isAtLongest({ expiresAt: at(10), maxExpiresAt: at(11) })).toBe(false);
  });

  it("is the soonest by its instant, not by its text", () => {
    const later = { expiresAt: "2026-11-22T12:30:00+00:00" };
    const sooner = { expiresAt: "2026-11-22T13:00:00+01:00" };
    expect(soonestOf([later, sooner])).toBe(sooner);
    expect(soonestOf([])).toBeUndefined();
  });
});
