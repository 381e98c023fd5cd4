import { type CartStore, createCartStore, type Tabs } from "@/contexts/cart-store";
import type { Cart } from "@/contracts/reservations";
import { NOON } from "./cart-fixtures";
import { FakeServer } from "./fake-server";
import { FakeTime } from "./fake-time";

export interface Bench {
  store: CartStore;
  server: FakeServer;
  time: FakeTime;
}

/** A cart store on a fake server and a fake clock, as the server rendered it at noon. */
export function cartBench(
  cart: Cart | null,
  { known = true, tabs }: { known?: boolean; tabs?: Tabs } = {},
): Bench {
  const server = new FakeServer();
  const time = new FakeTime(NOON);
  const store = createCartStore({
    fetch: server.fetch,
    time,
    random: () => 0.5,
    initial: { known, cart },
    ...(tabs ? { tabs } : {}),
  });
  return { store, server, time };
}

/** Two tabs of one browser: each hears the other, none hears itself. */
export function twoTabs(): [Tabs, Tabs] {
  const heard: (() => void)[][] = [[], []];
  const tab = (own: number): Tabs => ({
    tell: () => {
      for (const listener of heard[1 - own] ?? []) listener();
    },
    listen: (listener) => {
      heard[own]?.push(listener);
      return () => {
        heard[own] = heard[own]?.filter((other) => other !== listener) ?? [];
      };
    },
  });
  return [tab(0), tab(1)];
}

/** Every try is lost, until the store gives up. */
export async function loseAll(server: FakeServer, time: FakeTime, method: string) {
  for (let tries = 0; tries < server.count(method); tries = tries + 1) {
    await server.last(method).lose();
    await time.advance(6_000);
  }
}
