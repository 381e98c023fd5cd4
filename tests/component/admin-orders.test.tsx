import { fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AdminOrder } from "@/components/admin/orders/AdminOrder";
import { AdminOrderList } from "@/components/admin/orders/AdminOrderList";
import { ReconciliationView } from "@/components/admin/orders/ReconciliationView";
import type { Order } from "@/contracts/orders";
import { at, cart, uuid } from "../unit/cart-fixtures";
import { order } from "../unit/checkout-fixtures";
import { FakeServer } from "../unit/fake-server";
import { renderWithCart, teachServer } from "./harness";

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
  teachServer(server);
  vi.stubGlobal("fetch", server.fetch);
});
afterEach(() => vi.unstubAllGlobals());

const ID = uuid(900);
const LINE = uuid(910);
const answer = (shown: Order) => ({ serverNow: at(1), order: shown, orderUrl: `/orders/${ID}?key=k` });
const button = (name: string | RegExp) => screen.getByRole("button", { name });

async function show(shown: Order) {
  renderWithCart(<AdminOrder orderId={ID} />, cart(0, []));
  await server.last("GET").respond(answer(shown));
}

/** On its way, so not back yet: it is promised all the same. */
const refund: Order["refunds"][number] = {
  refundId: uuid(950),
  amountCents: 18_500,
  reason: "requested",
  status: "pending",
  createdAt: at(9),
  lines: [{ orderLineId: LINE, quantity: 1, restock: "undecided" }],
};
const undecided = order({ refunds: [refund] });

describe("an order, for an admin", () => {
  it("is marked as shipped, with how to follow it", async () => {
    await show(order());
    fireEvent.change(screen.getByLabelText("Tracking (optional)"), { target: { value: " AN 1 " } });
    fireEvent.click(button("Mark as shipped"));
    expect(server.last("POST").url).toBe(`/api/admin/orders/${ID}/ship`);
    expect(server.last("POST").body).toEqual({ tracking: "AN 1" });
    await server.last("POST").respond(answer(order({ shippedAt: at(90), tracking: "AN 1" })));
    expect(screen.getByRole("status").textContent).toBe("Shipped");
    expect(screen.queryByRole("button", { name: "Mark as shipped" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Cancel this order" })).toBeNull();
  });

  it("is paid back by line, with a decision about the units, once however often it is pressed", async () => {
    await show(order());
    expect(button("Pay back").getAttribute("aria-disabled")).toBe("true");
    fireEvent.click(button("One more of Tidewater Vase, Large"));
    fireEvent.change(screen.getByLabelText("The units of Tidewater Vase, Large"), {
      target: { value: "restocked" },
    });
    fireEvent.click(screen.getByRole("checkbox", { name: /With shipping/ }));
    fireEvent.click(button("Pay €189.90 back"));
    const first = server.last("POST");
    expect(first.body).toEqual({
      lines: [{ orderLineId: LINE, quantity: 1, restock: "restocked" }],
      includesShipping: true,
    });
    await server.last("POST").lose();
    fireEvent.click(button("Pay €189.90 back"));
    expect(first.key).not.toBeNull();
    expect(server.last("POST").key).toBe(first.key);
    await server.last("POST").refuse("refund_exceeds", { refundableCents: 500 });
    expect(screen.getByRole("alert").textContent).toContain("which is €5");
    fireEvent.click(screen.getByRole("checkbox", { name: /With shipping/ }));
    fireEvent.click(button("Pay €185 back"));
    expect(server.last("POST").key).not.toBe(first.key);
  });

  it("is not paid back by more than there is, or by what is no amount", async () => {
    await show(order({ refunds: [{ ...refund, amountCents: 18_000, lines: [] }] }));
    const amount = screen.getByLabelText(/Another amount/);
    for (const [typed, words] of [
      ["10", /At most €9.90/],
      ["ten", /Write it like/],
    ] as const) {
      fireEvent.change(amount, { target: { value: typed } });
      expect(screen.getByText(words)).toBeTruthy();
      fireEvent.click(button(/^Pay .*back$/));
    }
    expect(server.count("POST")).toBe(0);
    fireEvent.change(amount, { target: { value: "9,90" } });
    fireEvent.click(button("Pay €9.90 back"));
    expect(server.last("POST").body).toEqual({ lines: [], includesShipping: false, amountCents: 990 });
  });

  it("is cancelled only after a second yes", async () => {
    await show(order());
    fireEvent.click(button("Cancel this order"));
    expect(server.count("POST")).toBe(0);
    fireEvent.click(button("Cancel it for good"));
    expect(server.last("POST").body).toEqual({ restock: "restocked" });
    await server.last("POST").respond(answer(order({ status: "refunded", refundedCents: 18_990 })));
    expect(screen.getByRole("status").textContent).toBe("Paid back");
    expect(screen.queryByRole("button", { name: /^Pay/ })).toBeNull();
  });

  it("asks later whether units can be sold again, and once", async () => {
    await show(undecided);
    fireEvent.click(button("Tidewater Vase, Large: back on the shelf"));
    expect(server.last("POST").body).toEqual({ refundId: uuid(950), orderLineId: LINE, restock: true });
    const refunds = undecided.refunds.map((refund) => ({
      ...refund,
      lines: [{ orderLineId: LINE, quantity: 1, restock: "restocked" as const }],
    }));
    await server.last("POST").respond(answer({ ...undecided, refunds }));
    expect(screen.getByText("Tidewater Vase, Large, 1 unit: back on the shelf")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /back on the shelf/ })).toBeNull();
  });
});

describe("money that was paid back without naming units", () => {
  const outside = order({
    status: "refunded",
    refundedCents: 37_490,
    lines: [
      { ...order().lines[0], orderLineId: LINE, quantity: 2, refundedQuantity: 0 } as Order["lines"][0],
    ],
    refunds: [
      {
        refundId: uuid(951),
        amountCents: 37_490,
        reason: "outside",
        status: "succeeded",
        createdAt: at(9),
        lines: [],
      },
    ],
  });
  const summary = "Units that came back with this money";

  it("asks how many came back, and whether they can be sold again", async () => {
    await show(outside);
    expect(screen.getByText(summary).closest("details")?.open).toBe(true);
    fireEvent.click(button(/^One fewer of .* came back$/));
    fireEvent.click(button(/came back: back on the shelf$/));
    expect(server.last("POST").url).toBe(`/api/admin/orders/${ID}/restock`);
    expect(server.last("POST").body).toEqual({
      refundId: uuid(951),
      orderLineId: LINE,
      restock: true,
      quantity: 1,
    });
    const lines = [{ orderLineId: LINE, quantity: 1, restock: "restocked" as const }];
    const refunds = outside.refunds.map((refund) => ({ ...refund, lines }));
    await server.last("POST").respond(answer({ ...outside, refunds }));
    expect(screen.queryByText(summary)).toBeNull();
  });

  it.each([
    ["it failed", { status: "failed" as const }],
    ["it was for money of a wrong amount", { reason: "wrong_amount" as const }],
  ])("asks nothing where %s", async (_, change) => {
    await show({ ...outside, refunds: outside.refunds.map((refund) => ({ ...refund, ...change })) });
    expect(screen.queryByText(summary)).toBeNull();
  });
});

describe("a refund that failed", () => {
  it("is tried again when somebody says so", async () => {
    const refunds = undecided.refunds.map((refund) => ({ ...refund, status: "failed" as const }));
    await show({ ...undecided, refunds });
    fireEvent.click(button("Try the refund again"));
    expect(server.last("POST").url).toBe(`/api/admin/orders/${ID}/retry-refund`);
    expect(server.last("POST").body).toEqual({ refundId: uuid(950) });
    await server.last("POST").respond(answer(undecided));
    expect(screen.queryByRole("button", { name: "Try the refund again" })).toBeNull();
  });
});

describe("the list of orders", () => {
  it("asks for what the filter says, and for older ones", async () => {
    renderWithCart(<AdminOrderList filter={{ worklist: "to_ship" }} />, cart(0, []));
    expect(server.last("GET").url).toBe("/api/admin/orders?worklist=to_ship");
    await server.last("GET").respond({ serverNow: at(1), orders: [order()], nextBefore: 1001 });
    expect(screen.getByRole("link", { name: "To ship" }).getAttribute("aria-current")).toBe("page");
    fireEvent.click(button("Show older orders"));
    expect(server.last("GET").url).toBe("/api/admin/orders?worklist=to_ship&before=1001");
    const older = order({ orderId: uuid(901), number: 1000 });
    await server.last("GET").respond({ serverNow: at(2), orders: [older], nextBefore: null });
    expect(screen.getByRole("link", { name: /HF-1001/ })).toBeTruthy();
    expect(screen.getByRole("link", { name: /HF-1000/ })).toBeTruthy();
  });
});

describe("the reconciliation", () => {
  it("goes on part by part, and after a failure where it stopped", async () => {
    renderWithCart(<ReconciliationView />, cart(0, []));
    fireEvent.click(button("Compare now"));
    const part = { serverNow: at(1), compared: 50, findings: [] };
    await server.last("GET").respond({ ...part, next: uuid(7) });
    expect(server.last("GET").url).toContain(`after=${uuid(7)}`);
    await server.last("GET").lose();
    fireEvent.click(button("Go on"));
    expect(server.last("GET").url).toContain(`after=${uuid(7)}`);
    const findings = [
      {
        kind: "paid_without_stock",
        orderId: ID,
        orderNumber: 1001,
        paymentId: null,
        expected: "sold",
        found: null,
      },
    ];
    await server.last("GET").respond({ ...part, findings, next: null });
    expect(screen.getByRole("status").textContent).toBe("100 payments compared. 1 to look at.");
    expect(screen.getByText("Paid, but no stock was taken for it")).toBeTruthy();
    expect(screen.getByRole("link", { name: "HF-1001" }).getAttribute("href")).toBe(`/admin/orders/${ID}`);
  });
});
