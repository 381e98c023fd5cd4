import { describe, expect, it, vi } from "vitest";
import { deadlineIn } from "@/lib/deadline";
import { FakeTime, settled } from "./fake-time";

const time = () => new FakeTime("2026-11-23T03:00:00Z");
const never = () => new Promise<string>(() => {});

describe("a deadline", () => {
  it("answers what is done in time, and waits for nothing afterwards", async () => {
    const clock = time();
    const deadline = deadlineIn(1_000, clock);
    expect(await deadline.within(async () => "done")).toBe("done");
    await expect(deadline.within(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(clock.waiting).toBe(0);
  });

  it("gives up what hangs when its time is over, and begins nothing any more", async () => {
    const clock = time();
    const deadline = deadlineIn(1_000, clock);
    const answered = vi.fn();
    void deadline.within(never).then(answered);
    await clock.advance(999);
    expect(answered).not.toHaveBeenCalled();
    expect(deadline.isOver()).toBe(false);
    await clock.advance(1);
    expect(answered).toHaveBeenCalledWith(null);
    expect(deadline.isOver()).toBe(true);
    const late = vi.fn(never);
    expect(await deadline.within(late)).toBeNull();
    expect(late).not.toHaveBeenCalled();
  });

  it("is over once it gave something up, though its timer rang a moment early by the clock", async () => {
    const early = deadlineIn(1_000, {
      monotonic: () => 0,
      setTimeout: (run) => setTimeout(run, 0),
      clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
    });
    expect(early.isOver()).toBe(false);
    expect(await early.within(never)).toBeNull();
    expect(early.isOver()).toBe(true);
  });

  it("is never later than the one that it is part of", async () => {
    const clock = time();
    const run = deadlineIn(1_000, clock);
    const early = run.sooner(400);
    await clock.advance(400);
    expect([early.isOver(), run.isOver()]).toEqual([true, false]);
    const late = run.sooner(5_000);
    await clock.advance(600);
    await settled();
    expect(late.isOver()).toBe(true);
  });
});
