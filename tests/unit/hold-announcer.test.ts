import { describe, expect, it } from "vitest";
import { createHoldAnnouncer } from "@/contexts/hold-announcer";
import { cartBench } from "./cart-bench";
import { answer, at, cart, lapsedLine, line, mug, uuid } from "./cart-fixtures";

function announced(lines = [line()]) {
  const bench = cartBench(cart(0, lines));
  const announcer = createHoldAnnouncer(bench.store);
  const said: string[] = [];
  const stop = announcer.subscribe(() => said.push(announcer.read().text));
  return { ...bench, announcer, said, stop };
}

describe("the announcer", () => {
  it("speaks at the milestones of 15 minutes and is silent in between", async () => {
    const { said, time } = announced();
    await time.advance(899_000);
    expect(said).toEqual([
      "5 minutes left to keep Tidewater Vase, Large.",
      "2 minutes left to keep Tidewater Vase, Large.",
      "1 minute left to keep Tidewater Vase, Large.",
      "30 seconds left to keep Tidewater Vase, Large.",
    ]);
  });

  it("names together what ends together", async () => {
    const { said, time } = announced([line({ expiresAt: at(70) }), mug({ expiresAt: at(70) })]);
    await time.advance(15_000);
    expect(said).toEqual(["1 minute left to keep Tidewater Vase, Large and Lighthouse Mug, Fog white."]);
  });

  it("says nothing of a milestone that had passed before the page was opened", async () => {
    const { said, time } = announced([line({ expiresAt: at(100) })]);
    await time.advance(30_000);
    expect(said).toEqual([]);
  });

  it("says the end when the server has said it, once", async () => {
    const { said, store, server } = announced();
    void store.refresh();
    await server.last("GET").respond(cart(901, [], [lapsedLine()]));
    void store.refresh();
    await server.last("GET").respond(cart(902, [], [lapsedLine()]));
    expect(said).toEqual(["Your hold on Tidewater Vase, Large ended; the units went back."]);
  });

  it("answers an extension, with a new number each time so that the same words are heard again", async () => {
    const { said, announcer, store, server } = announced();
    const numbers: number[] = [];
    for (const second of [1, 2]) {
      void store.extend(uuid(1));
      await server.last("PUT").respond(answer(second, line({ expiresAt: at(second + 900) }), "extended"));
      numbers.push(announcer.read().id);
      await server.last("GET").respond(cart(second, [line({ expiresAt: at(second + 900) })]));
    }
    expect(said).toEqual(Array(2).fill("Tidewater Vase, Large is kept: 15 minutes left."));
    expect(new Set(numbers).size).toBe(2);
  });

  it("stops listening with its last listener", () => {
    const { stop, time } = announced();
    expect(time.waiting).toBe(1);
    stop();
    expect(time.waiting).toBe(0);
  });
});
