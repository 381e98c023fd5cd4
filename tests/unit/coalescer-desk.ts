import { beforeEach, expect } from "vitest";
import { type Blame, Coalescer, type CoalescerOptions } from "@/lib/cart-utils/coalescer";

export type Wish = { name: string; keys: string[] };
export type Call = { names: string[]; answer(): void; fail(blame: Blame): void };

/** A caller that answers when it is told to, and a clock that stands still until it is set. Both anew for each test. */
export function useDesk() {
  const desk = {
    calls: [] as Call[],
    /** Milliseconds. */
    now: 0,
    coalescer: (options: Partial<CoalescerOptions<Wish, string>> = {}) =>
      new Coalescer<Wish, string>({
        call: (wishes) =>
          new Promise((resolve, reject) => {
            const names = wishes.map(({ name }) => name);
            desk.calls.push({
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
        now: () => desk.now,
        ...options,
      }),
    /** Who was in each call. */
    names: () => desk.calls.map((call) => call.names),
    call: (nth: number) => desk.calls[nth] ?? expect.unreachable(`there was no call ${nth}`),
  };
  beforeEach(() => {
    desk.calls = [];
    desk.now = 0;
  });
  return desk;
}

export const wish = (name: string, ...keys: string[]): Wish => ({
  name,
  keys: keys.length > 0 ? keys : ["vase"],
});

/** Until all that may happen by itself has happened. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
