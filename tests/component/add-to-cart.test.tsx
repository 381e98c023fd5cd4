import { act, fireEvent, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { CartDrawer } from "@/components/cart/CartDrawer";
import { ProductForm } from "@/components/catalogue/ProductForm";
import type { Availability, Product } from "@/contracts/catalogue";
import { answer, at, cart, line, mug, uuid } from "../unit/cart-fixtures";
import { renderWithCart } from "./harness";

vi.mock("next/navigation", () => ({ usePathname: () => "/" }));

const availability = (id: number, available: number): Availability => ({
  variantId: uuid(id),
  state: available > 5 ? "in_stock" : available > 0 ? "low_stock" : "sold_out",
  available,
  atLeast: false,
  nextReleaseAt: null,
});

const variant = (id: number, name: string, available: number) => ({
  id: uuid(id),
  sku: name,
  name,
  priceCents: 2_400,
  currency: "EUR",
  availability: availability(id, available),
});

const product = (...variants: Product["variants"]): Product => ({
  id: uuid(50),
  slug: "lighthouse-mug",
  name: "Lighthouse Mug",
  tagline: "",
  description: "",
  imagePath: "/products/lighthouse-mug.svg",
  imageAlt: "",
  variants,
});

function show(...variants: Product["variants"]) {
  // The page's own poll of what is free goes through the browser's fetch, not through the cart's.
  vi.stubGlobal("fetch", () => new Promise(() => {}));
  return renderWithCart(
    <>
      <ProductForm serverNow={at(0)} product={product(...variants)} />
      <CartDrawer />
    </>,
    cart(0, []),
  );
}
const add = (detail = 1) => fireEvent.click(screen.getByRole("button", { name: /Add|Holding/ }), { detail });

describe("the product form", () => {
  it("chooses the first variant that can be had, and says what is free of each", () => {
    show(variant(1, "Fog white", 0), variant(2, "Signal red", 3));
    expect(screen.getByRole<HTMLInputElement>("radio", { name: /Signal red/ }).checked).toBe(true);
    expect(screen.getByRole("radio", { name: /Fog white.*Sold out/ })).toBeTruthy();
    expect(screen.getByRole("radio", { name: /Signal red.*Only 3 left/ })).toBeTruthy();
  });

  it("asks for no choice where there is none", () => {
    show(variant(1, "Brass", 1));
    expect(screen.queryByRole("radio")).toBeNull();
    expect(screen.getByText("Only 1 left")).toBeTruthy();
  });

  it("does not sell what is sold out", () => {
    const { server } = show(variant(1, "Brass", 0));
    const button = screen.getByRole("button", { name: "Sold out" });
    fireEvent.click(button);
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(server.count("POST")).toBe(0);
  });
});

describe("how many", () => {
  it("is not asked of the last one, or of what is sold out", () => {
    const { unmount } = show(variant(1, "Brass", 1));
    expect(screen.queryByRole("button", { name: /One more/ })).toBeNull();
    unmount();
    show(variant(1, "Brass", 0));
    expect(screen.queryByRole("button", { name: /One more/ })).toBeNull();
  });

  it("ends at what is known to be left", () => {
    show(variant(1, "Brass", 2));
    fireEvent.click(screen.getByRole("button", { name: /One more/ }));
    expect(screen.getByRole("button", { name: /One more/ }).getAttribute("aria-disabled")).toBe("true");
  });
});

describe("adding to the cart", () => {
  it("holds the units and shows them in the drawer", async () => {
    const { server } = show(variant(102, "Fog white", 20));
    fireEvent.click(screen.getByRole("button", { name: /One more/ }));
    add();
    expect(screen.getByRole("button", { name: "Holding …" }).getAttribute("aria-busy")).toBe("true");
    expect(server.last("POST").body).toEqual({ variantId: uuid(102), quantity: 2, mode: "add" });
    await server.last("POST").respond(answer(1, mug({ quantity: 2 })), 201);
    await server.last("GET").respond(cart(1, [mug({ quantity: 2 })]));
    expect(screen.getByRole("dialog", { name: "Your cart" }).textContent).toContain("Lighthouse Mug");
  });

  it("by a double click is one wish, even when the first click was answered in between", async () => {
    const { server } = show(variant(102, "Fog white", 20));
    add(1);
    add(2);
    await server.last("POST").respond(answer(1, mug()), 201);
    add(2);
    expect(server.count("POST")).toBe(1);
    await server.last("GET").respond(cart(1, [mug()]));
  });

  it("that is refused says what is left and opens nothing", async () => {
    const { server } = show(variant(101, "Large", 1));
    add();
    await server.last("POST").refuse("insufficient_stock", { available: 0, nextReleaseAt: at(300) });
    await server.last("GET").respond(cart(1, []));
    expect(screen.getByRole("alert").textContent).toMatch(
      /All are held right now\. The next may come free at \d/,
    );
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("that was refused is not held against the variant for ever", async () => {
    const { server } = show(variant(101, "Large", 1), variant(102, "Small", 3));
    add();
    await server.last("POST").refuse("insufficient_stock", { available: 0 });
    fireEvent.click(screen.getByRole("radio", { name: /Small/ }));
    fireEvent.click(screen.getByRole("radio", { name: /Large/ }));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("of more says that the shopper holds some already", async () => {
    const { server, store } = show(variant(101, "Large", 3));
    await act(async () => void store.refresh());
    await server.last("GET").respond(cart(1, [line()]));
    expect(screen.getByText("You hold 1")).toBeTruthy();
    add();
    await server.last("POST").refuse("insufficient_stock", { available: 1 });
    expect(screen.getByRole("alert").textContent).toBe("Only 1 more is free right now.");
  });
});
