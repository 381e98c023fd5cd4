import { describe, expect, it } from "vitest";
import { cartBench, twoTabs } from "./cart-bench";
import { answer, at, cart, line, mug, uuid } from "./cart-fixtures";

const quantity = (store: ReturnType<typeof cartBench>["store"]) => store.getState().cart?.totalQuantity;

describe("answers that overtake each other", () => {
  it("a reading that began before a change does not undo it", async () => {
    const { store, server } = cartBench(cart(0, [mug()]));
    void store.refresh();
    const early = server.last("GET");
    void store.setQuantity(uuid(2), 5);
    await server.last("PUT").respond(answer(2, mug({ quantity: 5 }), "quantity_set"));
    // Its snapshot is older than the change, though its clock, read later in the same transaction, is not.
    await early.respond(cart(3, [mug()]));
    expect(quantity(store)).toBe(5);
    await server.last("GET").respond(cart(4, [mug({ quantity: 5 })]));
    expect(quantity(store)).toBe(5);
  });

  it("nor does it while another change is still under way", async () => {
    const { store, server } = cartBench(cart(0, [line(), mug()]));
    void store.refresh();
    const early = server.last("GET");
    void store.extend(uuid(1));
    void store.setQuantity(uuid(2), 5);
    await server.last("PUT").respond(answer(2, mug({ quantity: 5 }), "quantity_set"));
    await early.respond(cart(3, [line(), mug()]));
    expect(quantity(store)).toBe(6);
  });

  it("an older reading does not overwrite a newer one", async () => {
    const { store, server } = cartBench(cart(10, [mug({ quantity: 7 })]));
    void store.refresh();
    await server.last("GET").respond(cart(9, []));
    expect(quantity(store)).toBe(7);
  });

  it("an older answer to a change does not overwrite a newer reading", async () => {
    const { store, server } = cartBench(cart(0, [mug()]));
    void store.setQuantity(uuid(2), 2);
    void store.refresh();
    await server.last("GET").respond(cart(5, [mug({ quantity: 3 })]));
    await server.last("PUT").respond(answer(4, mug({ quantity: 2 }), "quantity_set"));
    expect(quantity(store)).toBe(3);
  });

  it("readings asked for at the same time are one", () => {
    const { store, server } = cartBench(cart(0, [mug()]));
    void store.refresh();
    void store.refresh();
    expect(server.count("GET")).toBe(1);
  });
});

describe("two tabs", () => {
  it("a change in one makes the other read, even over a reading under way", async () => {
    const [left, right] = twoTabs();
    const here = cartBench(cart(0, [mug()]), { tabs: left });
    const there = cartBench(cart(0, [mug()]), { tabs: right });
    there.store.start();
    const early = there.server.last("GET");

    void here.store.release(uuid(2));
    await here.server.last("DELETE").respond({ serverNow: at(1), released: 1 });
    expect(there.server.count("GET")).toBe(2);
    await there.server.last("GET").respond(cart(2, []));
    await early.respond(cart(2, [mug()]));
    expect(quantity(there.store)).toBe(0);
  });

  it("a stopped tab hears nothing", async () => {
    const [left, right] = twoTabs();
    const here = cartBench(cart(0, [mug()]), { tabs: left });
    const there = cartBench(null, { tabs: right });
    there.store.start()();
    void here.store.release(uuid(2));
    await here.server.last("DELETE").respond({ serverNow: at(1), released: 1 });
    expect(there.server.calls).toHaveLength(0);
  });
});

describe("whoever shows stock", () => {
  it("is told after each change, refused or not, and when the cart changed by itself", async () => {
    const { store, server } = cartBench(cart(0, [mug()]));
    let told = 0;
    store.onChange(() => {
      told += 1;
    });
    void store.setQuantity(uuid(2), 9);
    await server.last("PUT").refuse("insufficient_stock", { available: 0 });
    expect(told).toBe(1);
    await server.last("GET").respond(cart(2, [mug()]));
    expect(told).toBe(1);
    void store.refresh();
    await server.last("GET").respond(cart(3, [line(), mug()]));
    expect(told).toBe(2);
  });
});
