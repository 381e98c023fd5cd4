import { fireEvent, screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { CheckoutFlow } from "@/components/checkout/CheckoutFlow";
import type { CartLine, LapsedLine } from "@/contracts/reservations";
import { at, cart, lapsedLine, line, mug, uuid } from "../unit/cart-fixtures";
import { checkout, forecast, openPayment, quote } from "../unit/checkout-fixtures";
import { renderWithCart } from "./harness";

beforeEach(() => sessionStorage.clear());

const CHECKOUT = "/api/checkout";
const button = (name: string | RegExp) => screen.getByRole("button", { name });
const field = (name: string | RegExp) => screen.getByLabelText<HTMLInputElement>(name);
const payButton = () => button(/^Pay/);

/** The page, as somebody with these lines in the cart finds it. */
async function show(
  lines: CartLine[] = [line()],
  {
    lapsed = [],
    outcome = "held",
    email = null,
  }: { lapsed?: LapsedLine[]; outcome?: "held" | "variant_not_found"; email?: string | null } = {},
) {
  const bench = renderWithCart(<CheckoutFlow email={email} comesBack={false} />, cart(0, lines, lapsed));
  const { server } = bench.paying;
  await server.last("GET", CHECKOUT).respond(checkout(0, lines));
  await server.last("GET", "/validate").respond(forecast(0, lines, outcome));
  return { ...bench, till: server };
}

const TYPED = {
  "E-mail": "anna@example.com",
  "Country or region": "IE",
  "Full name": "Anna Example",
  Address: "Quay 1",
  "Postal code": "D01 F5P2",
  "Town or city": "Dublin",
};

function fill(changes: Partial<Record<keyof typeof TYPED, string>> = {}) {
  for (const [label, value] of Object.entries({ ...TYPED, ...changes })) {
    fireEvent.change(field(label), { target: { value } });
  }
}

describe("before anything is asked for", () => {
  it("the holds are looked at, and the totals are the server's", async () => {
    const { paying } = renderWithCart(<CheckoutFlow email={null} comesBack={false} />, cart(0, [line()]));
    expect(screen.getByText("Checking what is held for you …")).toBeTruthy();
    expect(screen.queryByLabelText("E-mail")).toBeNull();
    await paying.server.last("GET", CHECKOUT).respond(checkout(0, [line()]));
    expect(screen.queryByLabelText("E-mail")).toBeNull();
    await paying.server.last("GET", "/validate").respond(forecast(0, [line()]));
    expect(field("E-mail")).toBeTruthy();
    const order = screen.getByRole("complementary", { name: "Your order" });
    expect(order.textContent).toContain("Shipping€4.90");
    expect(order.textContent).toContain("Total to pay€189.90");
    expect(payButton().textContent).toBe("Pay €189.90");
  });

  it("what is no longer held is said line by line, and the shopper decides", async () => {
    await show([mug()], { lapsed: [lapsedLine()] });
    expect(screen.queryByLabelText("E-mail")).toBeNull();
    expect(screen.getByText(/Lighthouse Mug, Fog white, 1 unit: held for you/)).toBeTruthy();
    expect(button("Hold Tidewater Vase, Large again")).toBeTruthy();
    fireEvent.click(button("Continue with what is held"));
    expect(field("E-mail")).toBeTruthy();
  });

  it("what is no longer for sale has to leave the cart first", async () => {
    const { server } = await show([line()], { outcome: "variant_not_found" });
    expect(screen.getByText("Tidewater Vase, Large is no longer for sale.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Continue with what is held" })).toBeNull();
    fireEvent.click(button("Remove Tidewater Vase, Large"));
    expect(server.last("DELETE").url).toContain(uuid(1));
  });

  it("an empty cart is said, and offers to hold again what has ended", async () => {
    await show([], { lapsed: [lapsedLine()] });
    expect(screen.getByText("Nothing is held for you.")).toBeTruthy();
    expect(button("Hold Tidewater Vase, Large again")).toBeTruthy();
  });

  it("an outage is no empty cart", async () => {
    const { paying } = renderWithCart(<CheckoutFlow email={null} comesBack={false} />, cart(0, [line()]));
    await paying.server.last("GET", CHECKOUT).lose();
    expect(screen.getByRole("alert").textContent).toContain("The shop did not answer.");
    expect(screen.queryByText("Nothing is held for you.")).toBeNull();
    fireEvent.click(button("Try again"));
    await paying.server.last("GET", CHECKOUT).respond(checkout(3, [line()]));
    await paying.server.last("GET", "/validate").respond(forecast(3, [line()]));
    expect(field("E-mail")).toBeTruthy();
  });
});

describe("the form", () => {
  it("knows what browsers can fill in by themselves", async () => {
    await show();
    const tokens = ["E-mail", "Country or region", "Full name", "Address", "Postal code", "Town or city"].map(
      (label) => field(label).getAttribute("autocomplete"),
    );
    expect(tokens).toEqual([
      "email",
      "shipping country",
      "shipping name",
      "shipping address-line1",
      "shipping postal-code",
      "shipping address-level2",
    ]);
  });

  it("says what is missing, in a summary that has the focus and at each field, and sends nothing", async () => {
    const { till } = await show();
    fill({ "E-mail": "anna", "Full name": "", "Country or region": "" });
    fireEvent.click(payButton());
    expect(till.count("POST")).toBe(0);
    const summary = screen.getByRole("alert", { name: "Please check these:" });
    expect(document.activeElement).toBe(summary);
    expect(
      within(summary)
        .getAllByRole("link")
        .map(({ textContent }) => textContent),
    ).toEqual([
      "This is not an e-mail address, like anna@example.com",
      "Choose the country that the parcel goes to",
      "Enter the name of who gets the parcel",
    ]);
    expect(field("Full name").getAttribute("aria-invalid")).toBe("true");
    const described = field("Full name").getAttribute("aria-describedby") ?? "";
    expect(document.getElementById(described)?.textContent).toBe("Enter the name of who gets the parcel");
    fireEvent.click(within(summary).getByRole("link", { name: /name of who/ }));
    expect(document.activeElement).toBe(field("Full name"));
    fireEvent.change(field("Full name"), { target: { value: "Anna" } });
    expect(field("Full name").getAttribute("aria-invalid")).toBeNull();
    expect(field("Postal code").value).toBe("D01 F5P2");
  });

  it("takes the user's address over, and what this tab has typed before", async () => {
    const { unmount } = await show([line()], { email: "ada@holdfast.test" });
    expect(field("E-mail").value).toBe("ada@holdfast.test");
    fill();
    unmount();
    await show([line()], { email: "ada@holdfast.test" });
    expect(field("E-mail").value).toBe("anna@example.com");
    expect(field("Town or city").value).toBe("Dublin");
  });

  it("sends what was typed, once, and leads to the payment page", async () => {
    const { till, paying } = await show();
    fill();
    fireEvent.click(payButton());
    fireEvent.click(button("Taking you to the payment …"));
    expect(till.count("POST")).toBe(1);
    expect(till.last("POST").body).toMatchObject({
      expectedTotalCents: 18_990,
      email: "anna@example.com",
      address: {
        name: "Anna Example",
        line1: "Quay 1",
        line2: null,
        postalCode: "D01 F5P2",
        city: "Dublin",
        country: "IE",
      },
    });
    const url = "https://pay.example/1";
    await till
      .last("POST")
      .respond({ serverNow: at(1), orderId: uuid(900), url, windowEndsAt: at(900) }, 201);
    expect(paying.left).toEqual([url]);
  });

  it("shows where the server found it wrong, and loses nothing", async () => {
    const { till } = await show();
    fill();
    fireEvent.click(payButton());
    const errors = [{ path: "address.postalCode", message: "Not a postal code" }];
    await till.last("POST").refuse("validation_failed", { errors }, 400);
    await till.last("GET", CHECKOUT).respond(checkout(2, [line()]));
    expect(field("Postal code").getAttribute("aria-invalid")).toBe("true");
    expect(field("Town or city").value).toBe("Dublin");
  });
});

describe("a cart that changes", () => {
  it("while somebody types is told, and not paid before they agree", async () => {
    const { till, paying, server, time } = await show([line({ expiresAt: at(60) }), mug()]);
    fill();
    await time.advance(60_500);
    await server.last("GET").respond(cart(61, [mug()], [lapsedLine({ expiredAt: at(60) })]));
    await till.last("GET", CHECKOUT).respond(checkout(61, [mug()]));
    const told = screen.getByRole("heading", { name: "Your cart has changed" }).parentElement;
    expect(told?.textContent).toContain("Tidewater Vase, Large is no longer held for you.");
    expect(told?.textContent).toContain("The total is €28.90 now.");
    expect(within(told as HTMLElement).getByRole("button", { name: /^Hold .* again$/ })).toBeTruthy();
    expect(field("Town or city").value).toBe("Dublin");
    fireEvent.click(payButton());
    expect(till.count("POST")).toBe(0);
    fireEvent.click(button("Go on with the cart as it is now"));
    fireEvent.click(payButton());
    expect(till.last("POST").body).toMatchObject({
      cartVersion: quote([mug()]).cartVersion,
      expectedTotalCents: 2_890,
    });
    expect(paying.left).toEqual([]);
  });

  it("behind the shopper's back is refused by the server, and said", async () => {
    const { till } = await show([mug({ quantity: 3 })]);
    fill();
    fireEvent.click(payButton());
    const fewer = [mug({ quantity: 2 })];
    await till.last("POST").refuse("cart_changed", { quote: quote(fewer), differences: [] });
    expect(screen.getByText("Lighthouse Mug, Fog white: 2 units instead of 3.")).toBeTruthy();
    expect(payButton().getAttribute("aria-disabled")).toBe("true");
  });
});

describe("a payment that", () => {
  it("cannot begin says so, keeps the units, and can be tried again", async () => {
    const { till, paying } = await show();
    fill();
    fireEvent.click(payButton());
    await till.last("POST").refuse("payment_unavailable", {}, 503);
    await till.last("GET", CHECKOUT).respond(checkout(2, [], openPayment({ url: null })));
    expect(screen.getByRole("alert").textContent).toContain("nothing was charged");
    fireEvent.click(button("Try the payment again"));
    const url = "https://pay.example/2";
    await till
      .last("POST")
      .respond({ serverNow: at(3), orderId: uuid(900), url, windowEndsAt: at(900) }, 201);
    expect(paying.left).toEqual([url]);
  });

  it("was left on its page is left at once, and the shopper is told", async () => {
    const { paying } = renderWithCart(<CheckoutFlow email={null} comesBack />, cart(0, []));
    expect(screen.getByText("Taking you back to your cart …")).toBeTruthy();
    await paying.server.last("DELETE").respond({ serverNow: at(1), outcome: "returned" });
    await paying.server.last("GET", CHECKOUT).respond(checkout(2, [line()]));
    await paying.server.last("GET", "/validate").respond(forecast(2, [line()]));
    expect(screen.getByRole("status").textContent).toContain("Nothing was paid.");
    expect(field("E-mail")).toBeTruthy();
    expect(paying.server.count("DELETE")).toBe(1);
  });

  it("cannot be left yet says so, and stays in sight", async () => {
    const { paying } = renderWithCart(<CheckoutFlow email={null} comesBack />, cart(0, []));
    await paying.server.last("DELETE").refuse("payment_unavailable", {}, 503);
    await paying.server.last("GET", CHECKOUT).respond(checkout(2, [], openPayment()));
    expect(screen.getByRole("alert").textContent).toContain("stays open for the moment");
    expect(screen.getByRole("link", { name: "Continue to the payment" })).toBeTruthy();
  });

  it("the bank has to decide has no way back", async () => {
    const { paying } = renderWithCart(<CheckoutFlow email={null} comesBack={false} />, cart(0, []));
    const processing = openPayment({ status: "processing" });
    await paying.server.last("GET", CHECKOUT).respond(checkout(0, [], processing));
    expect(screen.queryByRole("button", { name: "Back to the cart" })).toBeNull();
    expect(screen.getByRole("link", { name: "See the order" }).getAttribute("href")).toContain("/orders/");
  });
});
