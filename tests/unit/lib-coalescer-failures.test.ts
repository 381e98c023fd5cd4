import { describe, expect, it } from "vitest";
import type { Coalescer } from "@/lib/cart-utils/coalescer";
import { settle, useDesk, type Wish, wish } from "./coalescer-desk.ts";

// What becomes of those whose call fails.

const desk = useDesk();
const { coalescer, names, call } = desk;

describe("a call that fails", () => {
  const three = (queue: Coalescer<Wish, string>, keys = ["vase", "vase", "vase"]) =>
    Promise.allSettled(["a", "b", "c"].map((name, nth) => queue.submit(wish(name, keys[nth] ?? ""))));
  const outcomes = (settled: PromiseSettledResult<string>[]) =>
    settled.map((one) => (one.status === "fulfilled" ? one.value : String((one.reason as Error).message)));

  it("because of one of them falls apart: each is tried alone, and only that one fails", async () => {
    const settled = three(coalescer());
    await settle();
    call(0).fail("somebody");
    await settle();
    call(1).answer();
    await settle();
    call(2).fail("somebody");
    await settle();
    call(3).answer();
    expect(names()).toEqual([["a", "b", "c"], ["a"], ["b"], ["c"]]);
    expect(outcomes(await settled)).toEqual(["held a", "somebody", "held c"]);
  });

  it("one after the other, and no further once the database is gone", async () => {
    const settled = three(coalescer());
    await settle();
    call(0).fail("somebody");
    await settle();
    call(1).answer();
    await settle();
    call(2).fail("everybody");
    await settle();
    expect(desk.calls).toHaveLength(3);
    expect(outcomes(await settled)).toEqual(["held a", "everybody", "everybody"]);
  });

  it("for everybody is not sent again: what became of it may not be known", async () => {
    const settled = three(coalescer());
    await settle();
    call(0).fail("everybody");
    expect(outcomes(await settled)).toEqual(["everybody", "everybody", "everybody"]);
    await settle();
    expect(desk.calls).toHaveLength(1);
  });

  it("is one with too few answers too: they may have been held, so nothing is sent again", async () => {
    let sent = 0;
    const call = async () => {
      sent += 1;
      return ["held a"];
    };
    const queue = coalescer({ call });
    const settled = await three(queue);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(sent).toBe(1);
  });

  it("alone is told so, and not sent twice", async () => {
    const answer = coalescer().submit(wish("a"));
    await settle();
    call(0).fail("somebody");
    await expect(answer).rejects.toThrow("somebody");
    expect(desk.calls).toHaveLength(1);
  });

  it("leaves its lane working", async () => {
    const queue = coalescer();
    const first = queue.submit(wish("a"));
    await settle();
    const second = queue.submit(wish("b"));
    call(0).fail("everybody");
    await expect(first).rejects.toThrow();
    await settle();
    call(1).answer();
    expect(await second).toBe("held b");
  });
});

describe("a lock that was not given", () => {
  it("costs those who want something else one time-out; who wants the locked one is refused after a second", async () => {
    const queue = coalescer({ lanes: 1, callsPerLane: 2 });
    const vases = [queue.submit(wish("a", "vase")), queue.submit(wish("b", "vase"))];
    const mug = queue.submit(wish("c", "mug"));
    await settle();
    call(0).fail("contended");
    await settle();
    expect(names().slice(1)).toEqual([["a", "b"], ["c"]]);
    call(2).answer();
    expect(await mug).toBe("held c");
    call(1).fail("contended");
    for (const vase of vases) await expect(vase).rejects.toThrow("contended");
    expect(desk.calls).toHaveLength(3);
  });

  it("has one call under way and no more, so that the others are served beside it", async () => {
    const queue = coalescer({ lanes: 1, callsPerLane: 2 });
    const vase = queue.submit(wish("a", "vase"));
    await settle();
    const [other, mug] = [queue.submit(wish("b", "vase")), queue.submit(wish("c", "mug"))];
    await settle();
    call(0).fail("contended");
    await settle();
    call(1).fail("contended");
    await settle();
    expect(names().slice(2)).toEqual([["a"], ["c"]]);
    call(3).answer();
    expect(await mug).toBe("held c");
    await settle();
    expect(desk.calls).toHaveLength(4);
    call(2).answer();
    expect(await vase).toBe("held a");
    await settle();
    call(4).answer();
    expect(await other).toBe("held b");
  });

  it("gives those who met it twice the patience, since they waited for it too", async () => {
    const queue = coalescer({ lanes: 1 });
    const settled = Promise.allSettled([queue.submit(wish("a", "vase")), queue.submit(wish("b", "mug"))]);
    await settle();
    desk.now = 1_500;
    call(0).fail("contended");
    await settle();
    desk.now = 2_001;
    call(1).answer();
    await settled;
    expect(names()).toEqual([["a", "b"], ["a"]]);
    expect((await settled).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  });

  it("keeps the stuck key out of its lane until it is given again", async () => {
    const queue = coalescer({ lanes: 1 });
    const first = queue.submit(wish("a", "vase"));
    await settle();
    call(0).fail("contended");
    await settle();
    // The second try of the vase is stuck; the lane that it came from is not.
    const mug = queue.submit(wish("b", "mug"));
    const late = queue.submit(wish("c", "vase"));
    await settle();
    expect(names()).toEqual([["a"], ["a"], ["b"]]);
    call(2).answer();
    expect(await mug).toBe("held b");
    call(1).answer();
    expect(await first).toBe("held a");
    await settle();
    call(3).answer();
    expect(await late).toBe("held c");
    // Free again: it shares the call of its lane.
    void queue.submit(wish("d", "vase"));
    void queue.submit(wish("e", "mug"));
    await settle();
    expect(names()[4]).toEqual(["d", "e"]);
  });
});
