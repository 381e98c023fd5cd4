import { describe, expect, it } from "vitest";
import { milestoneText, passedMilestone } from "@/domain/milestones";

describe("a milestone", () => {
  it("is passed once, in the reading that reaches it", () => {
    expect(passedMilestone(300_400, 299_400)).toBe(300_000);
    expect(passedMilestone(299_400, 298_400)).toBeNull();
    expect(passedMilestone(121_000, 120_000)).toBe(120_000);
    expect(passedMilestone(120_000, 119_000)).toBeNull();
  });

  it("that was slept through is not said: only the last one is still true", () => {
    expect(passedMilestone(600_000, 50_000)).toBe(60_000);
  });

  it("is not passed by more time, nor by the end, which the server announces", () => {
    expect(passedMilestone(100_000, 900_000)).toBeNull();
    expect(passedMilestone(10_000, 0)).toBeNull();
    expect(passedMilestone(600_000, -5)).toBeNull();
  });

  it("says how long for what", () => {
    expect(milestoneText(60_000, "Storm Lantern")).toBe("1 minute left to keep Storm Lantern.");
  });
});
