import { beforeEach, describe, expect, it, vi } from "vitest";
import { sharedForASecond } from "@/lib/catalogue/shared-for-a-second";

let time = 0;
const now = () => time;

beforeEach(() => {
  time = 1_000_000;
});

/** Loads that a test finishes when it likes. */
function loads() {
  const begun: { key: string; resolve(value: string): void; reject(error: Error): void }[] = [];
  const load = vi.fn((key: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    begun.push({ key, resolve, reject });
    return promise;
  });
  const at = (nth: number) => begun[nth] ?? expect.unreachable(`there is no load ${nth}`);
  return { load, at };
}

describe("what is shared for a second", () => {
  it("is loaded once for a crowd that asks at once", async () => {
    const { load, at } = loads();
    const shared = sharedForASecond(load, now);
    const crowd = Array.from({ length: 100 }, () => shared("a"));
    at(0).resolve("value");
    expect(new Set(await Promise.all(crowd))).toEqual(new Set(["value"]));
    expect(load).toHaveBeenCalledTimes(1);
  });

  it("is loaded once a second, counted from the beginning of the load", () => {
    const { load } = loads();
    const shared = sharedForASecond(load, now);
    void shared("a");
    time += 999;
    void shared("a");
    expect(load).toHaveBeenCalledTimes(1);
    time += 1;
    void shared("a");
    expect(load).toHaveBeenCalledTimes(2);
    time += 999;
    void shared("a");
    expect(load).toHaveBeenCalledTimes(2);
  });

  it("is loaded for each key on its own", async () => {
    const shared = sharedForASecond(async (key: string) => `value of ${key}`, now);
    expect(await Promise.all([shared("a"), shared("b"), shared("a")])).toEqual([
      "value of a",
      "value of b",
      "value of a",
    ]);
  });

  it("is not kept when the load fails: who waited learns it, the next tries again", async () => {
    const { load, at } = loads();
    const shared = sharedForASecond(load, now);
    const waiting = [shared("a"), shared("a")];
    at(0).reject(new Error("down"));
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const next = shared("a");
    at(1).resolve("value");
    expect(await next).toBe("value");
  });

  it("is not forgotten because an older load fails late", async () => {
    const { load, at } = loads();
    const shared = sharedForASecond(load, now);
    const old = shared("a");
    time += 1_500;
    void shared("a");
    at(0).reject(new Error("too late"));
    await expect(old).rejects.toThrow("too late");
    void shared("a");
    expect(load).toHaveBeenCalledTimes(2);
  });

  it("does not grow with the keys that strangers think of", () => {
    const { load } = loads();
    const shared = sharedForASecond(load, now);
    void shared("first");
    for (let nth = 0; nth < 999; nth++) void shared(`key ${nth}`);
    void shared("first");
    expect(load).toHaveBeenCalledTimes(1_000);
    void shared("one too many");
    void shared("first");
    expect(load).toHaveBeenCalledTimes(1_002);
  });
});
