import { act, fireEvent, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CartContents } from "@/components/cart/CartContents";
import { answer, at, cart, lapsedLine, line, mug, uuid } from "../unit/cart-fixtures";
import { checkout, openPayment } from "../unit/checkout-fixtures";
import { renderWithCart } from "./harness";

const show = (...parts: Parameters<typeof cart>) =>
  renderWithCart(<CartContents layout="wide" />, cart(...parts));
const button = (name: string | RegExp) => screen.getByRole("button", { name });
const quantity = () => screen.getByRole("group", { name: /^Quantity/ }).textContent?.replace(/\D/g, "");

describe("the stepper of a line", () => {
  it("changes the hold, once per press, and the sum with it", async () => {
    const { server } = show(0, [mug()]);
    fireEvent.click(button("One more of Lighthouse Mug, Fog white"));
    fireEvent.click(button("One more of Lighthouse Mug, Fog white"));
    expect(server.count("PUT")).toBe(1);
    expect(server.last("PUT").body).toEqual({
      action: "set_quantity",
      reservationId: uuid(2),
      quantity: 2,
    });
    await server.last("PUT").respond(answer(1, mug({ quantity: 2 }), "quantity_set"));
    expect(quantity()).toBe("2");
    expect(screen.getByRole("region", { name: "Total" }).textContent).toContain("€48");
  });

  it("that is refused keeps the old quantity and says what is left", async () => {
    const { server } = show(0, [mug({ quantity: 3 })]);
    fireEvent.click(button(/One more/));
    await server.last("PUT").refuse("insufficient_stock", { available: 2 });
    await server.last("GET").respond(cart(1, [mug({ quantity: 3 })]));
    expect(quantity()).toBe("3");
    expect(screen.getByRole("alert").textContent).toBe("Only 2 more are free right now.");
    fireEvent.click(button(/One fewer/));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("does not go below one: removing has a button of its own", () => {
    const { server } = show(0, [mug()]);
    expect(button(/One fewer/).getAttribute("aria-disabled")).toBe("true");
    fireEvent.click(button(/One fewer/));
    expect(server.count("PUT")).toBe(0);
  });
});

describe("giving back", () => {
  it("a line frees its units at once", async () => {
    const { server } = show(0, [line(), mug()]);
    fireEvent.click(button("Remove Tidewater Vase, Large"));
    expect(server.last("DELETE").url).toContain(uuid(1));
    await server.last("DELETE").respond({ serverNow: at(1), released: 1 });
    expect(screen.queryByText("Tidewater Vase")).toBeNull();
  });

  it("the whole cart leaves it empty", async () => {
    const { server } = show(0, [line(), mug()]);
    fireEvent.click(button("Clear cart"));
    expect(server.last("DELETE").url).toContain("all=true");
    await server.last("DELETE").respond({ serverNow: at(1), released: 2 });
    expect(screen.getByText("Nothing is held for you.")).toBeTruthy();
  });
});

describe("what is no longer held", () => {
  it("can be held again with one click", async () => {
    const { server } = show(0, [], [lapsedLine({ quantity: 2 })]);
    fireEvent.click(button("Hold Tidewater Vase, Large again"));
    expect(server.last("POST").body).toEqual({ variantId: uuid(101), quantity: 2, mode: "add" });
    await server.last("POST").respond(answer(1, line({ reservationId: uuid(9), quantity: 2 })), 201);
    expect(screen.queryByRole("region", { name: "No longer held" })).toBeNull();
    expect(screen.getByRole("timer")).toBeTruthy();
  });

  it("says when others hold it now", async () => {
    const { server } = show(0, [], [lapsedLine()]);
    fireEvent.click(button(/^Hold/));
    await server.last("POST").refuse("insufficient_stock", { available: 0, nextReleaseAt: at(300) });
    expect(screen.getByRole("alert").textContent).toMatch(/held right now\. The next may come free at \d/);
  });
});

describe("an outage", () => {
  it("keeps the cart, says that it may be old, and offers another try", async () => {
    const { server } = show(0, [line()]);
    await server.last("GET").lose();
    expect(screen.getByRole("alert").textContent).toContain("This is your cart as we last knew it.");
    expect(screen.getByText("Tidewater Vase")).toBeTruthy();
    fireEvent.click(button("Try again"));
    await server.last("GET").respond(cart(2, [line()]));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("on the first reading is not an empty cart", async () => {
    const { server } = renderWithCart(<CartContents layout="wide" />, null, { known: false });
    expect(screen.queryByText("Nothing is held for you.")).toBeNull();
    await server.last("GET").refuse("database_unavailable");
    expect(screen.queryByText("Nothing is held for you.")).toBeNull();
    expect(screen.getByRole("alert").textContent).toContain("cannot look after its stock");
  });
});

describe("an outage of an empty cart", () => {
  it("does not say that nothing is held: that is not known", async () => {
    const { server, store } = show(0, []);
    await act(async () => void store.refresh());
    await server.last("GET").lose();
    expect(screen.queryByText("Nothing is held for you.")).toBeNull();
  });
});

describe("paying", () => {
  it("is one link away", () => {
    show(0, [line()]);
    expect(screen.getByRole("link", { name: "Checkout" }).getAttribute("href")).toBe("/checkout");
  });

  it("that another tab began is noticed by what left the cart, and not by what lapsed", async () => {
    const { server, store, paying } = show(0, [line(), mug()]);
    await act(async () => void store.refresh());
    await server.last("GET").respond(cart(1, [line()], [lapsedLine({ reservationId: uuid(2) })]));
    expect(paying.server.calls).toHaveLength(0);
    await act(async () => void store.refresh());
    await server.last("GET").respond(cart(2, []));
    await paying.server.last("GET").respond(checkout(3, [], openPayment()));
    expect(screen.getByRole("region", { name: "Your payment is open" })).toBeTruthy();
  });

  it("that is under way is shown, with until when and both ways on, and is no empty cart", async () => {
    const { paying, time } = show(0, []);
    void paying.store.refresh();
    await paying.server.last("GET").respond(checkout(0, [], openPayment()));
    expect(screen.queryByText("Nothing is held for you.")).toBeNull();
    const panel = screen.getByRole("region", { name: "Your payment is open" });
    expect(panel.textContent).toContain("Tidewater Vase, Large (1 unit) for €189.90");
    expect(screen.getByRole("timer", { name: "Time left to pay" }).textContent).toBe("15:00");
    await time.advance(60_000);
    expect(screen.getByRole("timer", { name: "Time left to pay" }).textContent).toBe("14:00");
    const link = screen.getByRole("link", { name: "Continue to the payment" });
    expect(link.getAttribute("href")).toBe("https://pay.example/cs_1");
    fireEvent.click(button("Back to the cart"));
    await paying.server.last("DELETE").respond({ serverNow: at(61), outcome: "returned" });
    await paying.server.last("GET").respond(checkout(62, [line()]));
    expect(screen.queryByRole("region", { name: "Your payment is open" })).toBeNull();
  });
});
