import { fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OrderList } from "@/components/orders/OrderList";
import { OrderView } from "@/components/orders/OrderView";
import { keepDetails, recallDetails } from "@/contexts/typed-details";
import type { Order } from "@/contracts/orders";
import { at, cart, uuid } from "../unit/cart-fixtures";
import { order } from "../unit/checkout-fixtures";
import { FakeServer } from "../unit/fake-server";
import { renderWithCart, teachServer } from "./harness";

let server: FakeServer;
beforeEach(() => {
  sessionStorage.clear();
  server = new FakeServer();
  teachServer(server);
  vi.stubGlobal("fetch", server.fetch);
  window.history.replaceState(null, "", "/");
});
afterEach(() => vi.unstubAllGlobals());

const ID = uuid(900);
const url = `/orders/${ID}?key=k`;
const answer = (shown: Order) => ({ serverNow: at(1), order: shown, orderUrl: url });
const status = () => screen.getByRole("status").textContent;

async function show(shown: Order) {
  const bench = renderWithCart(<OrderView orderId={ID} linkKey="k" sessionId={null} />, cart(0, []));
  await server.last("GET").respond(answer(shown));
  return bench;
}

const refund = (changes: Partial<Order["refunds"][number]> = {}) => ({
  refundId: uuid(950),
  amountCents: 18_990,
  reason: "out_of_stock" as const,
  status: "pending" as const,
  createdAt: at(1),
  lines: [],
  ...changes,
});

describe("an order's page", () => {
  it("confirms what was bought, for how much, and where it goes", async () => {
    await show(order());
    expect(status()).toContain("Thank you.");
    expect(screen.getByText("Order HF-1001")).toBeTruthy();
    expect(screen.getByText("anna@example.com")).toBeTruthy();
    const lines = screen.getByRole("region", { name: "What you ordered" }).textContent;
    expect(lines).toContain("Tidewater Vase");
    expect(lines).toContain("Total€189.90");
    expect(screen.getByText("D01 Dublin")).toBeTruthy();
    expect(screen.getByText("Ireland")).toBeTruthy();
  });

  it("says kindly that it was gone, and what becomes of the money", async () => {
    await show(order({ status: "refunded_out_of_stock", refunds: [refund()] }));
    expect(status()).toContain("We are sorry: it is gone.");
    expect(status()).toContain("all of it goes back");
    const refunds = screen.getByRole("region", { name: "Paid back" }).textContent;
    expect(refunds).toContain("€189.90. The pieces were gone when the payment arrived: on its way");
    expect(screen.getByRole("link", { name: "See the pieces" })).toBeTruthy();
  });

  it("of a payment that failed offers the way back", async () => {
    await show(order({ status: "cancelled", paymentStatus: "failed", paidAt: null, cancelledAt: at(5) }));
    expect(status()).toContain("The payment did not work.");
    expect(screen.getByRole("link", { name: "Back to the cart" }).getAttribute("href")).toBe("/cart");
  });

  it("of an open payment leads to where it goes on, and a bank at work has no such way", async () => {
    const { unmount } = await show(order({ status: "pending", paymentStatus: "open", paidAt: null }));
    expect(screen.getByRole("link", { name: "Continue or go back" })).toBeTruthy();
    unmount();
    await show(order({ status: "pending", paymentStatus: "processing", paidAt: null }));
    expect(status()).toContain("Your bank is at work.");
    expect(screen.queryByRole("link", { name: "Continue or go back" })).toBeNull();
  });

  it("of what was shipped says when and how to follow it", async () => {
    await show(order({ shippedAt: at(90), tracking: "AN 123" }));
    expect(status()).toContain("It is on its way.");
    expect(screen.getByText("AN 123")).toBeTruthy();
  });

  it("shows a part that was paid back beside what remains", async () => {
    const part = refund({ amountCents: 2_400, reason: "requested", status: "succeeded" });
    await show(order({ refundedCents: 2_400, refunds: [part] }));
    expect(screen.getByRole("region", { name: "Paid back" }).textContent).toContain(
      "€24. Paid back by the shop",
    );
    expect(screen.getByRole("region", { name: "What you ordered" }).textContent).toContain("Paid back−€24");
  });

  it("says nothing of an order to whoever has no key to it", async () => {
    renderWithCart(<OrderView orderId={ID} linkKey={null} sessionId={null} />, cart(0, []));
    await server.last("GET").refuse("order_not_found", {}, 404);
    expect(screen.getByRole("alert").textContent).toContain("This link opens no order.");
  });

  it("of an account that was erased names nobody", async () => {
    const address = { name: null, line1: null, line2: null, postalCode: null, city: null, country: null };
    await show(order({ email: null, address }));
    expect(screen.queryByRole("heading", { name: "Delivery address" })).toBeNull();
    expect(screen.queryByText(/confirmation goes to/)).toBeNull();
  });
});

describe("coming back from the payment page", () => {
  it("asks once, forgets what was typed, and leaves an address that can be kept", async () => {
    const typed = {
      email: "a@b.example",
      country: "",
      name: "",
      line1: "",
      line2: "",
      postalCode: "",
      city: "",
    };
    keepDetails(typed);
    renderWithCart(<OrderView orderId={ID} linkKey="k" sessionId="cs_test_1" />, cart(0, []));
    expect(status()).toContain("We are asking the payment service");
    expect(server.count("GET")).toBe(0);
    await server.last("POST").respond(answer(order()));
    expect(status()).toContain("Thank you.");
    expect(recallDetails()).toBeNull();
    expect(window.location.pathname + window.location.search).toBe(url);
  });
});

describe("the list of a user's orders", () => {
  const many = (...numbers: number[]) => numbers.map((number) => order({ number, orderId: uuid(number) }));

  it("shows a page, and the next one when asked", async () => {
    renderWithCart(<OrderList />, cart(0, []));
    await server.last("GET").respond({ serverNow: at(1), orders: many(1003, 1002), nextBefore: 1002 });
    expect(screen.getAllByRole("listitem")).toHaveLength(2);
    fireEvent.click(screen.getByRole("button", { name: "Show older orders" }));
    expect(server.last("GET").url).toBe("/api/orders?before=1002");
    await server.last("GET").respond({ serverNow: at(2), orders: many(1001), nextBefore: null });
    expect(screen.getAllByRole("link").map((link) => link.textContent?.slice(0, 7))).toEqual([
      "HF-1003",
      "HF-1002",
      "HF-1001",
    ]);
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("says that there are none, and not so in an outage", async () => {
    const { unmount } = renderWithCart(<OrderList />, cart(0, []));
    await server.last("GET").lose();
    expect(screen.queryByText("You have not bought anything yet.")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await server.last("GET").respond({ serverNow: at(1), orders: [], nextBefore: null });
    expect(screen.getByText("You have not bought anything yet.")).toBeTruthy();
    unmount();
  });
});
