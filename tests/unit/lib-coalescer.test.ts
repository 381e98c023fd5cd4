import { beforeEach, describe, expect, it } from "vitest";
import { type Blame, Coalescer, type CoalescerOptions } from "@/lib/cart-utils/coalescer";
import { Overloaded } from "@/lib/overloaded";

type Wish = { name: string; keys: string[] };
type Call = { names: string[]; answer(): void; fail(blame: Blame): void };

/** A caller that answers when it is told to. */
let calls: Call[] = [];
let now = 0;
beforeEach(() => {
  calls = [];
  now = 0;
});

function coalescer(options: Partial<CoalescerOptions<Wish, string>> = {}) {
  return new Coalescer<Wish, string>({
    call: (wishes) =>
      new Promise((resolve, reject) => {
        const names = wishes.map(({ name }) => name);
        calls.push({
          names,
          answer: () => resolve(names.map((name) => `held ${name}`)),
          fail: (blame) => reject(Object.assign(new Error(blame), { blame })),
        });
      }),
    keysOf: ({ keys }) => keys,
    blame: (error) => (error as { blame?: Blame }).blame ?? "everybody",
    lanes: 4,
    callsPerLane: 1,
    largest: 3,
    mostWaiting: 5,
    patience: 1_000,
    now: () => now,
    ...options,
  });
}

const wish = (name: string, ...keys: string[]): Wish => ({ name, keys: keys.length > 0 ? keys : ["vase"] });
const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const names = () => calls.map((call) => call.names);
const call = (nth: number) => calls[nth] ?? expect.unreachable(`there was no call ${nth}`);
/** Keys of two lanes, found by trying. */
async function keysOfTwoLanes() {
  for (let n = 0; n < 100; n++) {
    calls = [];
    const queue = coalescer();
    void queue.submit(wish("a", "vase"));
    void queue.submit(wish("b", `mug ${n}`));
    await settle();
    const isApart = calls.length === 2;
    calls = [];
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
    expect(calls).toHaveLength(3);
    expect(outcomes(await settled)).toEqual(["held a", "everybody", "everybody"]);
  });

  it("for everybody is not sent again: what became of it may not be known", async () => {
    const settled = three(coalescer());
    await settle();
    call(0).fail("everybody");
    expect(outcomes(await settled)).toEqual(["everybody", "everybody", "everybody"]);
    await settle();
    expect(calls).toHaveLength(1);
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
    expect(calls).toHaveLength(1);
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
    expect(calls).toHaveLength(3);
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
    expect(calls).toHaveLength(4);
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
    now = 1_500;
    call(0).fail("contended");
    await settle();
    now = 2_001;
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
    now = 600;
    const patient = queue.submit(wish("c"));
    now = 1_001;
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
