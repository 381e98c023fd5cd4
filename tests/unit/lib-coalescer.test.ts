import { describe, expect, it } from "vitest";
import { Overloaded } from "@/lib/overloaded";
import { settle, useDesk, wish } from "./coalescer-desk.ts";

// Who is in which call, and who is in none.

const desk = useDesk();
const { coalescer, names, call } = desk;

/** Keys of two lanes, found by trying. */
async function keysOfTwoLanes() {
  for (let n = 0; n < 100; n++) {
    desk.calls = [];
    const queue = coalescer();
    void queue.submit(wish("a", "vase"));
    void queue.submit(wish("b", `mug ${n}`));
    await settle();
    const isApart = desk.calls.length === 2;
    desk.calls = [];
    if (isApart) return ["vase", `mug ${n}`] as const;
  }
  return expect.unreachable("all keys share a lane");
}

describe("gathering", () => {
  it("sends a request that is alone at once, without a timer", async () => {
    const answer = coalescer().submit(wish("a"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(names()).toEqual([["a"]]);
    call(0).answer();
    expect(await answer).toBe("held a");
  });

  it("gathers what arrives while a call is under way, in order, at most as many as fit", async () => {
    const queue = coalescer();
    const answers = [queue.submit(wish("a"))];
    await settle();
    answers.push(..."bcdef".split("").map((name) => queue.submit(wish(name))));
    await settle();
    expect(names()).toEqual([["a"]]);
    call(0).answer();
    await settle();
    expect(names()).toEqual([["a"], ["b", "c", "d"]]);
    call(1).answer();
    await settle();
    call(2).answer();
    expect(names()[2]).toEqual(["e", "f"]);
    expect(await Promise.all(answers)).toEqual([..."abcdef"].map((name) => `held ${name}`));
  });

  it("never has more calls of a lane under way than allowed", async () => {
    const queue = coalescer({ callsPerLane: 2, mostWaiting: 100 });
    for (const name of "abcdefghij") {
      void queue.submit(wish(name));
      await settle();
    }
    expect(names()).toEqual([["a"], ["b"]]);
    call(1).answer();
    await settle();
    expect(names()).toEqual([["a"], ["b"], ["c", "d", "e"]]);
  });

  it("counts a cart with all its lines, and one that is too large goes alone", async () => {
    const queue = coalescer();
    void queue.submit(wish("two", "a", "b"));
    void queue.submit(wish("too many", "a", "b", "c", "d"));
    void queue.submit(wish("three", "a", "b", "c"));
    await settle();
    expect(names()).toEqual([["two"]]);
    call(0).answer();
    await settle();
    call(1).answer();
    await settle();
    expect(names()).toEqual([["two"], ["too many"], ["three"]]);
  });

  it("lets nobody overtake: a large cart would wait for ever behind small ones that still fit", async () => {
    const queue = coalescer({ largest: 5 });
    void queue.submit(wish("three", "a", "b", "c"));
    void queue.submit(wish("large", "a", "b", "c"));
    void queue.submit(wish("small", "a", "b"));
    await settle();
    expect(names()).toEqual([["three"]]);
    call(0).answer();
    await settle();
    expect(names()[1]).toEqual(["large", "small"]);
  });

  it("keeps keys in lanes, so that one that is slow does not hold up another, and carts in their own", async () => {
    const [one, other] = await keysOfTwoLanes();
    const queue = coalescer();
    void queue.submit(wish("a", one));
    await settle();
    const second = queue.submit(wish("b", other));
    const cart = queue.submit(wish("cart", one, other));
    await settle();
    expect(names()).toEqual([["a"], ["b"], ["cart"]]);
    call(1).answer();
    call(2).answer();
    expect(await Promise.all([second, cart])).toEqual(["held b", "held cart"]);
  });
});

describe("too many", () => {
  it("are refused once the queue of their lane is full, and those who wait are served", async () => {
    const queue = coalescer();
    const first = queue.submit(wish("a"));
    await settle();
    const waiting = [..."bcdef"].map((name) => queue.submit(wish(name)));
    await expect(queue.submit(wish("g"))).rejects.toBeInstanceOf(Overloaded);
    for (let nth = 0; nth < 3; nth++) {
      call(nth).answer();
      await settle();
    }
    expect(await first).toBe("held a");
    expect(await Promise.all(waiting)).toHaveLength(5);
  });

  it("who waited too long is refused and not served late", async () => {
    const queue = coalescer();
    const first = queue.submit(wish("a"));
    await settle();
    const late = queue.submit(wish("b"));
    desk.now = 600;
    const patient = queue.submit(wish("c"));
    desk.now = 1_001;
    call(0).answer();
    await first;
    await expect(late).rejects.toBeInstanceOf(Overloaded);
    await settle();
    expect(names()).toEqual([["a"], ["c"]]);
    call(1).answer();
    await patient;
  });

  it("who hung up while waiting is not served; who is under way is", async () => {
    const queue = coalescer();
    const [sent, gone] = [new AbortController(), new AbortController()];
    const first = queue.submit(wish("a"), sent.signal);
    await settle();
    const second = queue.submit(wish("b"), gone.signal);
    const third = queue.submit(wish("c"), new AbortController().signal);
    sent.abort();
    gone.abort();
    call(0).answer();
    expect(await first).toBe("held a");
    await expect(second).rejects.toBeInstanceOf(Overloaded);
    await settle();
    expect(names()).toEqual([["a"], ["c"]]);
    call(1).answer();
    await third;
  });

  it("who hung up is not tried alone either", async () => {
    const queue = coalescer();
    const gone = new AbortController();
    const settled = Promise.allSettled([queue.submit(wish("a")), queue.submit(wish("b"), gone.signal)]);
    await settle();
    gone.abort();
    call(0).fail("somebody");
    await settle();
    call(1).answer();
    await settled;
    expect(names()).toEqual([["a", "b"], ["a"]]);
  });
});
