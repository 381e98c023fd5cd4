import { describe, expect, it } from "vitest";
import { loseAll } from "./cart-bench";
import { at, line, mug, uuid } from "./cart-fixtures";
import { type CheckoutBench, checkoutBench } from "./checkout-bench";
import { checkout, forecast, openPayment, quote } from "./checkout-fixtures";

const details = {
  email: "anna@example.com",
  address: { name: "Anna", line1: "Quay 1", postalCode: "D01", city: "Dublin", country: "IE" },
};
const CHECKOUT = "/api/checkout";

/** The page of the checkout, with its cart shown. */
async function entered(lines = [line(), mug()]): Promise<CheckoutBench> {
  const bench = checkoutBench();
  bench.store.start();
  bench.store.enter();
  await bench.server.last("GET", CHECKOUT).respond(checkout(0, lines));
  await bench.server.last("GET", "/validate").respond(forecast(0, lines));
  return bench;
}

const answered = {
  serverNow: at(1),
  orderId: uuid(900),
  url: "https://pay.example/1",
  windowEndsAt: at(900),
};

describe("paying", () => {
  it("agrees to what was seen, with a key, and leads to the payment page", async () => {
    const { store, server, left, moved } = await entered();
    void store.pay(details);
    const sent = server.last("POST");
    expect(sent.body).toEqual({
      cartVersion: quote([line(), mug()]).cartVersion,
      expectedTotalCents: 18_500 + 2_400 + 490,
      ...details,
    });
    expect(sent.key).not.toBeNull();
    await sent.respond(answered, 201);
    expect(left).toEqual(["https://pay.example/1"]);
    expect(moved).toEqual(["elsewhere"]);
    expect(store.getState().busy).toBe("leaving");
  });

  it("is one payment for two presses", async () => {
    const { store, server } = await entered();
    void store.pay(details);
    void store.pay(details);
    expect(server.count("POST")).toBe(1);
  });

  it("whose answer got lost is sent again with its key, and so is the next press", async () => {
    const { store, server, time } = await entered();
    void store.pay(details);
    const key = server.last("POST").key;
    await loseAll(server, time, "POST");
    expect(server.count("POST")).toBeGreaterThan(2);
    expect(store.getState().failure).toMatchObject({ doing: "paying", failure: { kind: "unreachable" } });
    void store.pay(details);
    expect(server.last("POST").key).toBe(key);
  });

  it("that cannot begin because the payment page is away is told at once, and nothing is lost", async () => {
    const { store, server } = await entered();
    void store.pay(details);
    await server.last("POST").refuse("payment_unavailable", {}, 503);
    expect(server.count("POST")).toBe(1);
    expect(store.getState()).toMatchObject({
      busy: null,
      failure: { failure: { code: "payment_unavailable" } },
    });
    await server.last("GET", CHECKOUT).respond(checkout(2, [], openPayment({ url: null })));
    expect(store.getState().checkout?.openPayment?.url).toBeNull();
    const first = server.last("POST").body;
    void store.payAgain();
    expect(server.last("POST").body).toEqual(first);
    expect(server.count("POST")).toBe(2);
  });
});

describe("a cart that changed", () => {
  it("is said line by line, and paid only after a yes", async () => {
    const { store, server } = await entered();
    void store.pay(details);
    const smaller = quote([line()]);
    await server.last("POST").refuse("cart_changed", { quote: smaller, differences: [] });
    expect(store.getState()).toMatchObject({ isChanged: true, busy: null });
    expect(store.getState().changes).toMatchObject([{ change: "gone", productName: "Lighthouse Mug" }]);
    void store.pay(details);
    expect(server.count("POST")).toBe(1);
    store.agree();
    void store.pay(details);
    expect(server.count("POST")).toBe(2);
    expect(server.last("POST").body).toMatchObject({ cartVersion: smaller.cartVersion });
  });

  it("in nothing that the shopper could see is paid at once, but not for ever", async () => {
    const { store, server } = await entered([line()]);
    void store.pay(details);
    const anew = quote([line({ reservationId: uuid(7) })]);
    await server.last("POST").refuse("cart_changed", { quote: anew, differences: [] });
    expect(server.count("POST")).toBe(2);
    expect(server.last("POST").body).toMatchObject({ cartVersion: anew.cartVersion });
    await server.last("POST").refuse("cart_changed", { quote: anew, differences: [] });
    expect(server.count("POST")).toBe(2);
    expect(store.getState().failure).not.toBeNull();
  });

  it("is noticed while the shopper types, and forgotten when the units are held again", async () => {
    const { store, server } = await entered();
    store.cartChanged();
    await server.last("GET", CHECKOUT).respond(checkout(5, [line()]));
    expect(store.getState().isChanged).toBe(true);
    store.cartChanged();
    await server.last("GET", CHECKOUT).respond(checkout(9, [line(), mug({ reservationId: uuid(8) })]));
    expect(store.getState()).toMatchObject({ isChanged: false, changes: [] });
  });

  it("only in its total is a change, too", async () => {
    const { store, server } = await entered();
    store.cartChanged();
    const dearer = checkout(5, [line(), mug()]);
    dearer.quote.totalCents += 100;
    await server.last("GET", CHECKOUT).respond(dearer);
    expect(store.getState().isChanged).toBe(true);
  });

  it("keeps what the server alone knows", async () => {
    const { store, server } = await entered([line()]);
    void store.pay(details);
    const differences = [
      { variantId: uuid(101), productName: "Vase", variantName: "L", change: "price", before: 1, after: 2 },
    ];
    await server.last("POST").refuse("cart_changed", { quote: quote([line()]), differences });
    expect(store.getState()).toMatchObject({ isChanged: true, changes: differences });
    expect(server.count("POST")).toBe(1);
  });
});

describe("an open payment", () => {
  it("is asked for once by whoever the shop knows, and not by a stranger", () => {
    const known = checkoutBench();
    known.store.start();
    expect(known.server.calls.map(({ url }) => url)).toEqual([CHECKOUT]);
    const stranger = checkoutBench({ isStranger: true });
    stranger.store.start();
    expect(stranger.server.calls).toEqual([]);
  });

  it("is left at once when the shopper comes back from its page", async () => {
    const { store, server, moved } = checkoutBench();
    store.start();
    store.enter({ comesBack: true });
    await server.last("DELETE").respond({ serverNow: at(1), outcome: "returned" });
    expect(server.count("DELETE")).toBe(1);
    expect(moved).toEqual(["here"]);
    await server.last("GET", CHECKOUT).respond(checkout(2, [line()]));
    expect(store.getState()).toMatchObject({ isBack: true, isChanged: false, busy: null });
    expect(store.getState().seen?.lines).toHaveLength(1);
  });

  it("that turns out to be paid leads to the order", async () => {
    const { store, server, left } = checkoutBench();
    store.start();
    store.enter({ comesBack: true });
    await server
      .last("DELETE")
      .respond({ serverNow: at(1), outcome: "paid", orderId: uuid(900), orderUrl: "/orders/x?key=k" });
    expect(left).toEqual(["/orders/x?key=k"]);
  });

  it("is looked at again when its window is over, and with patience after that", async () => {
    const { store, server, time, moved } = checkoutBench();
    store.start();
    const asked = () => server.calls.filter(({ url }) => url === CHECKOUT).length;
    await server.last("GET", CHECKOUT).respond(checkout(0, [], openPayment({ windowEndsAt: at(60) })));
    await time.advance(60_000);
    expect(asked()).toBe(1);
    await time.advance(1_000);
    expect(asked()).toBe(2);
    await server.last("GET", CHECKOUT).respond(checkout(61, [], openPayment({ windowEndsAt: at(60) })));
    await time.advance(2_000);
    expect(asked()).toBe(3);
    await server.last("GET", CHECKOUT).respond(checkout(63, []));
    expect(moved).toEqual(["here"]);
    expect(store.getState().ended?.orderId).toBe(uuid(900));
    await time.advance(600_000);
    expect(asked()).toBe(3);
  });

  it("is not overwritten by an answer that is older", async () => {
    const { store, server } = checkoutBench();
    store.start();
    const first = server.last("GET", CHECKOUT);
    void store.refresh();
    const second = server.last("GET", CHECKOUT);
    await second.respond(checkout(5, [], openPayment()));
    await first.respond(checkout(1, [line()]));
    expect(store.getState().checkout?.openPayment).not.toBeNull();
  });
});
