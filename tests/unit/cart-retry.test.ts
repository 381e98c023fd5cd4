import { describe, expect, it } from "vitest";
import { variantSubject } from "@/contexts/cart-reducer";
import { newKey } from "@/contexts/new-key";
import { persistently } from "@/contexts/persistence";
import { cartBench, loseAll } from "./cart-bench";
import { answer, cart, line, mug, NOON, uuid } from "./cart-fixtures";
import { FakeTime, settled } from "./fake-time";

// A phone that loses answers never holds twice: what is sent again has the key of the first time.

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("a change", () => {
  it("whose answer is lost is sent again with its key, and what comes then counts", async () => {
    const { store, server, time } = cartBench(cart(0, []));
    const added = store.add(uuid(101), 1);
    await server.last("POST").lose();
    expect(server.count("POST")).toBe(1);
    await time.advance(500);
    const [first, second] = server.calls;
    expect(second).toMatchObject({ method: "POST", body: first?.body, key: first?.key });
    expect(first?.key).toMatch(UUID);
    await server.last("POST").respond(answer(1, line(), "held"), 201);
    await server.last("GET").respond(cart(2, [line()]));
    expect(await added).toBe(true);
    expect(store.getState().failures.size).toBe(0);
  });

  it("is tried five times, each time later, and then the cart is read", async () => {
    const { store, server, time } = cartBench(cart(0, []));
    const added = store.add(uuid(101), 1);
    for (const pause of [500, 1_000, 2_000, 4_000]) {
      const tried = server.count("POST");
      await server.last("POST").lose();
      await time.advance(pause - 1);
      expect(server.count("POST")).toBe(tried);
      await time.advance(1);
      expect(server.count("POST")).toBe(tried + 1);
    }
    await server.last("POST").lose();
    await time.advance(3_600_000);
    expect(server.count("POST")).toBe(5);
    expect(new Set(server.calls.filter(({ method }) => method === "POST").map(({ key }) => key)).size).toBe(
      1,
    );
    await server.last("GET").respond(cart(2, []));
    expect(await added).toBe(false);
    expect(store.getState().failures.get(variantSubject(uuid(101)))).toEqual({ kind: "unreachable" });
  });

  it("is not begun again when the shopper has waited for twenty seconds", async () => {
    const { store, server, time } = cartBench(cart(0, []));
    void store.add(uuid(101), 1);
    await time.advance(15_000);
    await server.last("POST").lose();
    await time.advance(500);
    expect(server.count("POST")).toBe(2);
    await time.advance(15_000);
    await server.last("POST").lose();
    await time.advance(10_000);
    expect(server.count("POST")).toBe(2);
  });

  it("that is turned away waits as long as the shop asks", async () => {
    const { store, server, time } = cartBench(cart(0, []));
    void store.add(uuid(101), 1);
    await server.last("POST").turnAway(3);
    await time.advance(2_999);
    expect(server.count("POST")).toBe(1);
    await time.advance(1);
    expect(server.count("POST")).toBe(2);
    expect(server.calls[1]?.key).toBe(server.calls[0]?.key);
  });

  it("that would have to wait for too long is told at once", async () => {
    const { store, server } = cartBench(cart(0, []));
    void store.add(uuid(101), 1);
    await server.last("POST").turnAway(60);
    expect(store.getState().failures.get(variantSubject(uuid(101)))).toMatchObject({ code: "server_busy" });
  });

  it.each([502, 504])("that meets a gateway's %s is sent again", async (status) => {
    const { store, server, time } = cartBench(cart(0, []));
    void store.add(uuid(101), 1);
    await server.last("POST").respond("<html>", status);
    await time.advance(500);
    expect(server.count("POST")).toBe(2);
  });

  it.each([
    [409, "insufficient_stock"],
    [422, "idempotency_mismatch"],
    [429, "too_many_requests"],
    [500, "internal_error"],
  ])("that is answered with %i is not sent again", async (status, code) => {
    const { store, server, time } = cartBench(cart(0, []));
    void store.add(uuid(101), 1);
    await server.last("POST").respond({ type: "", title: "", status, code, requestId: "r" }, status);
    await time.advance(20_000);
    expect(server.count("POST")).toBe(1);
  });

  it("of any kind has a key of its own", async () => {
    const { store, server } = cartBench(cart(0, [line(), mug()]));
    void store.add(uuid(101), 1);
    void store.extend(uuid(1));
    void store.setQuantity(uuid(2), 3);
    await server.last("PUT").respond(answer(1, mug({ quantity: 3 }), "quantity_set"));
    void store.release(uuid(2));
    await server.last("DELETE").respond({ serverNow: NOON, released: 1 });
    const keys = server.calls.filter(({ method }) => method !== "GET").map(({ key }) => key);
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(key).toMatch(UUID);
    expect(new Set(keys).size).toBe(4);
  });

  it("is sent again whatever it is", async () => {
    const { store, server, time } = cartBench(cart(0, [line()]));
    void store.release(uuid(1));
    await server.last("DELETE").lose();
    await time.advance(500);
    expect(server.count("DELETE")).toBe(2);
    expect(server.calls[1]?.key).toBe(server.calls[0]?.key);
  });
});

describe("a hold of which nothing was heard", () => {
  const keyOfLast = async (bench: ReturnType<typeof cartBench>, quantity: number) => {
    void bench.store.add(uuid(101), quantity);
    await settled();
    return bench.server.last("POST").key;
  };

  it("is the one that is meant when the same is asked for again", async () => {
    const bench = cartBench(cart(0, []));
    const first = await keyOfLast(bench, 1);
    await loseAll(bench.server, bench.time, "POST");
    await bench.server.last("GET").lose();
    expect(await keyOfLast(bench, 1)).toBe(first);
  });

  it("is not the one that is meant when something else is asked for", async () => {
    const bench = cartBench(cart(0, []));
    const first = await keyOfLast(bench, 1);
    await loseAll(bench.server, bench.time, "POST");
    await bench.server.last("GET").lose();
    expect(await keyOfLast(bench, 2)).not.toBe(first);
  });

  it("is done with once the shopper has seen the cart: the same is then one more", async () => {
    const bench = cartBench(cart(0, []));
    const first = await keyOfLast(bench, 1);
    await loseAll(bench.server, bench.time, "POST");
    await bench.server.last("GET").respond(cart(1, [line()]));
    expect(await keyOfLast(bench, 1)).not.toBe(first);
  });

  it("is done with once it was answered", async () => {
    const bench = cartBench(cart(0, []));
    const first = await keyOfLast(bench, 1);
    await bench.server.last("POST").respond(answer(1, line(), "held"), 201);
    await bench.server.last("GET").lose();
    expect(await keyOfLast(bench, 1)).not.toBe(first);
  });
});

it("those who were turned away together do not come back together", async () => {
  for (const [random, pause] of [
    [0, 375],
    [1, 625],
  ] as const) {
    const time = new FakeTime(NOON);
    let tries = 0;
    void persistently(async () => ({ answer: ++tries, isOpen: true, retryAfter: 0 }), {
      time,
      random: () => random,
    });
    await settled();
    await time.advance(pause - 1);
    expect(tries).toBe(1);
    await time.advance(1);
    expect(tries).toBe(2);
  }
});

describe("a key", () => {
  it("is what the browser makes", () => {
    expect(newKey()).toMatch(UUID);
    expect(newKey()).not.toBe(newKey());
  });

  it("is made of random bytes where the browser makes none, as by plain http", () => {
    const source = { getRandomValues: crypto.getRandomValues.bind(crypto) };
    for (let tries = 0; tries < 100; tries++) expect(newKey(source)).toMatch(UUID);
    expect(newKey(source)).not.toBe(newKey(source));
  });
});
