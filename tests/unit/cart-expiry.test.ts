import { describe, expect, it } from "vitest";
import { timeLeft } from "@/domain/time-left";
import { cartBench } from "./cart-bench";
import { answer, at, cart, lapsedLine, line, mug, uuid } from "./cart-fixtures";

const MINUTE = 60_000;

describe("at zero", () => {
  it("the cart is read right after the end, and the line leaves because the server says so", async () => {
    const { store, server, time } = cartBench(cart(0, [line({ expiresAt: at(60) })]));
    store.start();
    await server.last("GET").respond(cart(0, [line({ expiresAt: at(60) })]));
    await time.advance(MINUTE);
    expect(server.count("GET")).toBe(1);
    await time.advance(200);
    expect(server.count("GET")).toBe(2);
    expect(store.getState().cart?.lines).toHaveLength(1);
    await server.last("GET").respond(cart(60.2, [], [lapsedLine({ expiredAt: at(60) })]));
    expect(store.getState().cart?.lines).toHaveLength(0);
    expect(store.getState().ended).toMatchObject([{ productName: "Tidewater Vase" }]);
  });

  it("a server that still calls it live is asked again a little later", async () => {
    const ending = line({ expiresAt: at(60) });
    const { store, server, time } = cartBench(cart(0, [ending]));
    store.start();
    await server.last("GET").respond(cart(0, [ending]));
    await time.advance(MINUTE + 200);
    await server.last("GET").respond(cart(60.1, [ending]));
    await time.advance(999);
    expect(server.count("GET")).toBe(2);
    await time.advance(1);
    expect(server.count("GET")).toBe(3);
    await server.last("GET").respond(cart(61.1, [], [lapsedLine()]));
    await time.advance(5 * MINUTE);
    expect(server.count("GET")).toBe(3);
  });

  it("an outage keeps the line in sight until the server has spoken", async () => {
    const ending = line({ expiresAt: at(60) });
    const { store, server, time } = cartBench(cart(0, [ending]));
    store.start();
    await server.last("GET").respond(cart(0, [ending]));
    await time.advance(MINUTE + 200);
    await server.last("GET").lose();
    expect(store.getState().cart?.lines).toHaveLength(1);
    await time.advance(1_000);
    expect(server.count("GET")).toBe(3);
  });

  it("an extension moves the reading to the new end", async () => {
    const { store, server, time } = cartBench(cart(0, [line({ expiresAt: at(60) })]));
    store.start();
    await server.last("GET").respond(cart(0, [line({ expiresAt: at(60) })]));
    void store.extend(uuid(1));
    await server.last("PUT").respond(answer(1, line({ expiresAt: at(900) }), "extended"));
    await server.last("GET").respond(cart(1, [line({ expiresAt: at(900) })]));
    await time.advance(10 * MINUTE);
    expect(server.count("GET")).toBe(2);
  });

  it("a stopped store reads no more", async () => {
    const { store, server, time } = cartBench(cart(0, [line({ expiresAt: at(60) })]));
    store.start()();
    await server.last("GET").respond(cart(0, [line({ expiresAt: at(60) })]));
    await time.advance(5 * MINUTE);
    expect(server.count("GET")).toBe(1);
    expect(time.waiting).toBe(0);
  });
});

describe("what ended", () => {
  it("is told only of lines that this page watched, and only by the server's word", async () => {
    const { store, server } = cartBench(cart(0, [line(), mug()]));
    void store.refresh();
    const elsewhere = lapsedLine({ reservationId: uuid(77), productName: "Old News" });
    // The vase lapsed; the mug was released in another tab and is simply gone.
    await server.last("GET").respond(cart(901, [], [elsewhere, lapsedLine()]));
    expect(store.getState().ended.map((one) => one.productName)).toEqual(["Tidewater Vase"]);
  });

  it("is said until it is dismissed or held again", async () => {
    const { store, server } = cartBench(cart(0, [line()]));
    void store.refresh();
    await server.last("GET").respond(cart(901, [], [lapsedLine()]));
    void store.refresh();
    await server.last("GET").respond(cart(902, [], [lapsedLine()]));
    expect(store.getState().ended).toHaveLength(1);
    void store.holdAgain(lapsedLine());
    await server.last("POST").respond(answer(903, line({ reservationId: uuid(9), heldAt: at(903) })), 201);
    expect(store.getState().ended).toHaveLength(0);
  });
});

describe("the countdown", () => {
  const leftOf = (store: ReturnType<typeof cartBench>["store"]) => {
    const [first] = store.getState().cart?.lines ?? [];
    if (!first) throw new Error("The cart is empty");
    return timeLeft(first, store.ticker.read()).milliseconds;
  };

  it("is right on a computer whose clock is an hour off", async () => {
    const { store, server } = cartBench(cart(3_600, [line({ expiresAt: at(4_500) })]));
    expect(leftOf(store)).toBe(900_000);
    void store.refresh();
    await server.last("GET").respond(cart(3_660, [line({ expiresAt: at(4_500) })]));
    expect(leftOf(store)).toBe(840_000);
  });

  it("is right after a sleep, and asks the server as soon as it notices", async () => {
    const { store, server, time } = cartBench(cart(0, [line()]));
    store.ticker.subscribe(() => {});
    time.sleep(10 * MINUTE);
    await time.advance(1_000);
    expect(leftOf(store)).toBe(900_000 - 10 * MINUTE - 1_000);
    expect(server.count("GET")).toBe(1);
  });

  it("is mended when somebody sets the clock while the page is open", async () => {
    const { store, server, time } = cartBench(cart(0, [line()]));
    store.ticker.subscribe(() => {});
    time.sleep(-3_600_000);
    await time.advance(1_000);
    await server.last("GET").respond(cart(1, [line()]));
    expect(leftOf(store)).toBe(899_000);
  });

  it("runs no timer while nobody watches", async () => {
    const { store, time } = cartBench(cart(0, [line()]));
    const stop = store.ticker.subscribe(() => {});
    expect(time.waiting).toBe(1);
    stop();
    expect(time.waiting).toBe(0);
  });
});
