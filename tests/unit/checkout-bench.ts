import type { CartStore } from "@/contexts/cart-store";
import { createCheckoutStore } from "@/contexts/checkout-store";
import { NOON } from "./cart-fixtures";
import { FakeServer } from "./fake-server";
import { FakeTime } from "./fake-time";

/** A checkout store on a fake server and a fake clock; records where it sends the browser. */
export function checkoutBench({
  time = new FakeTime(NOON),
  isStranger = false,
  cart,
}: {
  time?: FakeTime;
  isStranger?: boolean;
  cart?: CartStore;
} = {}) {
  const server = new FakeServer();
  const left: string[] = [];
  const moved: string[] = [];
  const store = createCheckoutStore({
    fetch: server.fetch,
    time,
    random: () => 0.5,
    serverNow: time.now,
    leave: (url) => left.push(url),
    cartMoved(where) {
      moved.push(where);
      cart?.moved(where);
    },
    isStranger,
  });
  return { store, server, time, left, moved };
}
export type CheckoutBench = ReturnType<typeof checkoutBench>;
