import { describe, expect, it } from "vitest";
import { createAvailabilityStore } from "@/contexts/availability-store";
import type { Availability } from "@/contracts/catalogue";
import { at, NOON, uuid } from "./cart-fixtures";
import { FakeServer } from "./fake-server";
import { FakeTime } from "./fake-time";

const free = (variant: number, available: number): Availability => ({
  variantId: uuid(variant),
  state: available > 0 ? "low_stock" : "sold_out",
  available,
  atLeast: false,
  nextReleaseAt: null,
});

function bench(renderedAt = 0) {
  const server = new FakeServer();
  const time = new FakeTime(NOON);
  const page = { visible: true };
  const store = createAvailabilityStore({
    fetch: server.fetch,
    time,
    initial: { serverNow: at(renderedAt), availability: [free(1, 3), free(2, 1)] },
    isVisible: () => page.visible,
    serverNow: time.now,
  });
  const shown = () => [1, 2].map((variant) => store.getAll().get(uuid(variant))?.available);
  return { server, time, page, store, shown };
}

describe("availability", () => {
  it("is asked for all variants of the page at once, every 15 seconds", async () => {
    const { store, server, time, shown } = bench();
    store.start();
    await time.advance(14_999);
    expect(server.calls).toHaveLength(0);
    await time.advance(1);
    expect(server.calls).toHaveLength(1);
    expect(decodeURIComponent(server.last("GET").url)).toContain(`${uuid(1)},${uuid(2)}`);
    await server.last("GET").respond({ serverNow: at(15), availability: [free(1, 2), free(2, 0)] });
    expect(shown()).toEqual([2, 0]);
    await time.advance(15_000);
    expect(server.calls).toHaveLength(2);
  });

  it("is not polled while nobody looks", async () => {
    const { store, server, time, page } = bench();
    page.visible = false;
    store.start();
    await time.advance(60_000);
    expect(server.calls).toHaveLength(0);
  });

  it("is asked at once on a page that the router kept", () => {
    const { store, server } = bench(-60);
    store.start();
    expect(server.calls).toHaveLength(1);
  });

  it("is asked twice after a change, because readers share an answer for a second", async () => {
    const { store, server, time } = bench();
    store.refreshAfterChange();
    expect(server.calls).toHaveLength(1);
    await time.advance(1_200);
    expect(server.calls).toHaveLength(2);
  });

  it("does not go back in time, nor vanish when a poll fails", async () => {
    const { store, server, shown } = bench();
    void store.refresh();
    await server.last("GET").respond({ serverNow: at(-5), availability: [free(1, 9)] });
    void store.refresh();
    await server.last("GET").refuse("database_unavailable");
    expect(shown()).toEqual([3, 1]);
  });

  it("stops with its page", async () => {
    const { store, server, time } = bench();
    store.start()();
    await time.advance(60_000);
    expect(server.calls).toHaveLength(0);
  });
});
