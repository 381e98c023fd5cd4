import { describe, expect, it } from "vitest";
import { lineSubject, variantSubject } from "@/contexts/cart-reducer";
import { isPending } from "@/contexts/cart-store";
import { cartBench, loseAll } from "./cart-bench";
import { answer, at, cart, lapsedLine, line, mug, uuid } from "./cart-fixtures";

const linesOf = (store: ReturnType<typeof cartBench>["store"]) => store.getState().cart?.lines ?? [];

describe("beginning", () => {
  it("asks at once when the server could not say what is in the cart", async () => {
    const { store, server } = cartBench(null, { known: false });
    store.start();
    await server.last("GET").respond(cart(0, [line()]));
    expect(store.getState()).toMatchObject({ known: true, readFailure: null });
    expect(linesOf(store)).toHaveLength(1);
  });

  it("asks nothing for a stranger whose cart is known to be empty", () => {
    const { store, server } = cartBench(null);
    store.start();
    expect(server.calls).toHaveLength(0);
  });
});

describe("a reading that fails", () => {
  it.each([
    [
      "is refused",
      (bench: ReturnType<typeof cartBench>) => bench.server.last("GET").refuse("database_unavailable"),
    ],
    ["is lost", (bench: ReturnType<typeof cartBench>) => bench.server.last("GET").lose()],
    [
      "makes no sense",
      (bench: ReturnType<typeof cartBench>) => bench.server.last("GET").respond({ lines: [] }),
    ],
  ])("because it %s keeps the cart that was shown", async (_why, fail) => {
    const bench = cartBench(cart(0, [line()]));
    void bench.store.refresh();
    await fail(bench);
    expect(linesOf(bench.store)).toHaveLength(1);
    expect(bench.store.getState().readFailure).not.toBeNull();
  });

  it("leaves an unknown cart unknown: it never looks empty", async () => {
    const { store, server, time } = cartBench(null, { known: false });
    store.start();
    await server.last("GET").lose();
    expect(store.getState()).toMatchObject({
      known: false,
      cart: null,
      readFailure: { kind: "unreachable" },
    });
    await time.advance(1_000);
    expect(server.count("GET")).toBe(2);
  });

  it("is tried again by itself, ever more slowly, and then forgotten", async () => {
    const { store, server, time } = cartBench(cart(0, [line()]));
    store.start();
    await server.last("GET").lose();
    await time.advance(1_000);
    expect(server.count("GET")).toBe(2);
    await server.last("GET").lose();
    await time.advance(1_999);
    expect(server.count("GET")).toBe(2);
    await time.advance(1);
    await server.last("GET").respond(cart(3, [line()]));
    expect(store.getState().readFailure).toBeNull();
    await time.advance(60_000);
    expect(server.count("GET")).toBe(3);
  });
});

describe("adding", () => {
  it("holds the units, then reads the whole cart", async () => {
    const { store, server } = cartBench(null);
    const added = store.add(uuid(101), 2);
    expect(server.last("POST").body).toEqual({ variantId: uuid(101), quantity: 2, mode: "add" });
    await server.last("POST").respond(answer(1, line({ quantity: 2 })), 201);
    await server.last("GET").respond(cart(2, [line({ quantity: 2 })]));
    expect(await added).toBe(true);
    expect(linesOf(store)).toMatchObject([{ quantity: 2, productName: "Tidewater Vase" }]);
  });

  it("never looks empty when the reading that should name the piece fails", async () => {
    const { store, server } = cartBench(null);
    void store.add(uuid(101), 1);
    await server.last("POST").respond(answer(1, line()), 201);
    await server.last("GET").lose();
    expect(store.getState()).toMatchObject({ known: false, readFailure: { kind: "unreachable" } });
  });

  it("twice in one moment is sent once", async () => {
    const { store, server } = cartBench(null);
    const first = store.add(uuid(101), 1);
    expect(isPending(store.getState(), variantSubject(uuid(101)))).toBe(true);
    expect(await store.add(uuid(101), 1)).toBe(false);
    expect(server.count("POST")).toBe(1);
    await server.last("POST").respond(answer(1, line()), 201);
    await server.last("GET").respond(cart(2, [line()]));
    await first;
    expect(isPending(store.getState(), variantSubject(uuid(101)))).toBe(false);
  });

  it("that is refused says why, with the facts of the server", async () => {
    const { store, server } = cartBench(null);
    const added = store.add(uuid(101), 2);
    await server.last("POST").refuse("insufficient_stock", { available: 1, nextReleaseAt: at(300) });
    await server.last("GET").respond(cart(2, []));
    expect(await added).toBe(false);
    expect(store.getState().failures.get(variantSubject(uuid(101)))).toMatchObject({
      code: "insufficient_stock",
      available: 1,
      nextReleaseAt: at(300),
    });
  });

  it("whose answer is lost is neither believed nor denied: the cart is read", async () => {
    const { store, server, time } = cartBench(cart(0, []));
    const added = store.add(uuid(101), 1);
    await loseAll(server, time, "POST");
    await server.last("GET").respond(cart(2, [line()]));
    expect(await added).toBe(false);
    expect(store.getState().failures.get(variantSubject(uuid(101)))).toEqual({ kind: "unreachable" });
    expect(linesOf(store)).toHaveLength(1);
  });
});

describe("changing a line", () => {
  it("shows the answer at once, with the sum", async () => {
    const { store, server } = cartBench(cart(0, [line(), mug()]));
    void store.setQuantity(uuid(2), 3);
    await server.last("PUT").respond(answer(1, mug({ quantity: 3 }), "quantity_set"));
    expect(store.getState().cart).toMatchObject({ totalQuantity: 4, totalCents: 18_500 + 3 * 2_400 });
  });

  it("keeps the old quantity when the new one is refused", async () => {
    const { store, server } = cartBench(cart(0, [mug()]));
    void store.setQuantity(uuid(2), 9);
    await server.last("PUT").refuse("insufficient_stock", { available: 2 });
    expect(linesOf(store)).toMatchObject([{ quantity: 1 }]);
    expect(store.getState().failures.get(lineSubject(uuid(2)))).toMatchObject({ available: 2 });
  });

  it("that lapsed meanwhile swaps it for the new hold", async () => {
    const { store, server } = cartBench(cart(0, [line()]));
    void store.extend(uuid(1));
    const again = line({ reservationId: uuid(9), expiresAt: at(1_800) });
    await server.last("PUT").respond(answer(1, again, "held_again", uuid(1)));
    expect(linesOf(store).map((one) => one.reservationId)).toEqual([uuid(9)]);
  });

  it("sends one change of a line at a time, but lines do not wait for each other", () => {
    const { store, server } = cartBench(cart(0, [line(), mug()]));
    void store.extend(uuid(1));
    void store.setQuantity(uuid(1), 2);
    void store.release(uuid(2));
    expect(server.calls.map((call) => call.method)).toEqual(["PUT", "DELETE"]);
  });

  it("forgets a refusal when its line is gone", async () => {
    const { store, server } = cartBench(cart(0, [mug()]));
    void store.setQuantity(uuid(2), 9);
    await server.last("PUT").refuse("reservation_not_found");
    await server.last("GET").respond(cart(2, []));
    expect(store.getState().failures.size).toBe(0);
  });
});

describe("giving back", () => {
  it("removes one line at once", async () => {
    const { store, server } = cartBench(cart(0, [line(), mug()]));
    void store.release(uuid(1));
    expect(server.last("DELETE").url).toContain(`reservationId=${uuid(1)}`);
    await server.last("DELETE").respond({ serverNow: at(1), released: 1 });
    expect(store.getState().cart).toMatchObject({ totalQuantity: 1, totalCents: 2_400 });
  });

  it("clears the cart, but not what a payment has pinned", async () => {
    const { store, server } = cartBench(cart(0, [line({ status: "paying" }), mug()]));
    void store.clear();
    expect(isPending(store.getState(), lineSubject(uuid(2)))).toBe(true);
    await server.last("DELETE").respond({ serverNow: at(1), released: 1 });
    expect(linesOf(store).map((one) => one.status)).toEqual(["paying"]);
  });
});

describe("keeping all", () => {
  it("extends each line that can be, and reads once at the end", async () => {
    const longest = line({ maxExpiresAt: at(900) });
    const { store, server } = cartBench(cart(0, [longest, mug(), mug({ reservationId: uuid(3) })]));
    void store.extendAll();
    const [one, other] = server.calls;
    expect(server.calls.map((call) => call.body)).toEqual([
      { action: "extend", reservationId: uuid(2) },
      { action: "extend", reservationId: uuid(3) },
    ]);
    await one?.respond(answer(1, mug({ expiresAt: at(901) }), "extended"));
    expect(server.count("GET")).toBe(0);
    await other?.respond(answer(1, mug({ reservationId: uuid(3), expiresAt: at(901) }), "extended"));
    expect(server.count("GET")).toBe(1);
  });
});

describe("holding again", () => {
  it("asks for the same units anew and takes the line out of what has lapsed", async () => {
    const { store, server } = cartBench(cart(0, [], [lapsedLine({ quantity: 2 })]));
    void store.holdAgain(lapsedLine({ quantity: 2 }));
    expect(server.last("POST").body).toMatchObject({ variantId: uuid(101), quantity: 2 });
    await server.last("POST").respond(answer(1, line({ reservationId: uuid(9), quantity: 2 })), 201);
    expect(store.getState().cart).toMatchObject({ lapsed: [], totalCents: 37_000 });
    expect(linesOf(store)).toMatchObject([{ reservationId: uuid(9), productName: "Tidewater Vase" }]);
  });
});
