import { act, cleanup, render } from "@testing-library/react";
import type { ReactElement, ReactNode } from "react";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { CartStoreProvider } from "@/contexts/CartContext";
import { CartDrawerProvider } from "@/contexts/CartDrawerContext";
import { CheckoutStoreProvider } from "@/contexts/CheckoutContext";
import type { Cart } from "@/contracts/reservations";
import { type Bench, cartBench } from "../unit/cart-bench";
import { checkoutBench } from "../unit/checkout-bench";
import type { FakeServer } from "../unit/fake-server";

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

/**
 * The component under a real cart store and a real checkout store. Each stands on a fake server of its own, both on
 * one fake clock.
 */
export function renderWithCart(
  ui: ReactElement,
  cart: Cart | null,
  { known = true, isStranger = true } = {},
) {
  const bench = cartBench(cart, { known });
  const paying = checkoutBench({ time: bench.time, isStranger, cart: bench.store });
  inAct(bench);
  teachServer(paying.server);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <CartStoreProvider store={bench.store}>
      <CheckoutStoreProvider store={paying.store}>
        <CartDrawerProvider>{children}</CartDrawerProvider>
      </CheckoutStoreProvider>
    </CartStoreProvider>
  );
  return { ...bench, paying, ...render(ui, { wrapper }) };
}

/** React must know of what answers and timers change. */
function inAct({ time, server }: Bench): void {
  const advance = time.advance.bind(time);
  time.advance = (milliseconds) => act(() => advance(milliseconds));
  teachServer(server);
}

/** Lets React know of what a server answers. */
export function teachServer(server: FakeServer): void {
  const last = server.last.bind(server);
  server.last = (method, path) => {
    const call = last(method, path);
    return {
      ...call,
      respond: (body, status) => act(() => call.respond(body, status)),
      refuse: (code, facts, status) => act(() => call.refuse(code, facts, status)),
      lose: () => act(() => call.lose()),
    };
  };
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
