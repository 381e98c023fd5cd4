import { act, cleanup, render } from "@testing-library/react";
import type { ReactElement, ReactNode } from "react";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { CartStoreProvider } from "@/contexts/CartContext";
import { CartDrawerProvider } from "@/contexts/CartDrawerContext";
import type { Cart } from "@/contracts/reservations";
import { type Bench, cartBench } from "../unit/cart-bench";

beforeEach(() => {
  vi.spyOn(console, "error");
  vi.spyOn(console, "warn");
  teachDialogs();
});

afterEach(() => {
  cleanup();
  const complaints = [...vi.mocked(console.error).mock.calls, ...vi.mocked(console.warn).mock.calls];
  vi.restoreAllMocks();
  expect(complaints, "nothing may complain on the console").toEqual([]);
});

/** The component under a real cart store, which stands on a fake server and a fake clock. */
export function renderWithCart(ui: ReactElement, cart: Cart | null, { known = true } = {}) {
  const bench = inAct(cartBench(cart, { known }));
  const wrapper = ({ children }: { children: ReactNode }) => (
    <CartStoreProvider store={bench.store}>
      <CartDrawerProvider>{children}</CartDrawerProvider>
    </CartStoreProvider>
  );
  return { ...bench, ...render(ui, { wrapper }) };
}

/** React must know of what answers and timers change. */
function inAct(bench: Bench): Bench {
  const { time, server } = bench;
  const advance = time.advance.bind(time);
  time.advance = (milliseconds) => act(() => advance(milliseconds));
  const last = server.last.bind(server);
  server.last = (method) => {
    const call = last(method);
    return {
      ...call,
      respond: (body, status) => act(() => call.respond(body, status)),
      refuse: (code, facts) => act(() => call.refuse(code, facts)),
      lose: () => act(() => call.lose()),
    };
  };
  return bench;
}

/** jsdom has the element but not its methods. */
function teachDialogs() {
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
    this.dispatchEvent(new Event("close"));
  };
  Element.prototype.scrollIntoView = () => {};
}
