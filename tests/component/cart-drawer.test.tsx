import { act, fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { CartButton } from "@/components/cart/CartButton";
import { CartDrawer } from "@/components/cart/CartDrawer";
import { cart, line, mug } from "../unit/cart-fixtures";
import { renderWithCart } from "./harness";

const address = vi.hoisted(() => ({ pathname: "/" }));
vi.mock("next/navigation", () => ({ usePathname: () => address.pathname }));

const drawerUi = () => (
  <>
    <CartButton />
    <CartDrawer />
  </>
);
const openDrawer = () => fireEvent.click(screen.getByRole("button", { name: /^Cart/ }));

describe("the drawer", () => {
  it("is opened by the cart button, which says how much is held", () => {
    renderWithCart(drawerUi(), cart(0, [line(), mug({ quantity: 2 })]));
    expect(screen.queryByRole("dialog")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Cart, 3 units" }));
    const dialog = screen.getByRole("dialog", { name: "Your cart" });
    expect(within(dialog).getAllByRole("timer")).toHaveLength(2);
    expect(within(dialog).getByRole("link", { name: "Open as a page" })).toBeTruthy();
  });

  it("closes by its button, by Escape and on the backdrop", () => {
    renderWithCart(drawerUi(), cart(0, [line()]));
    const closings: (() => void)[] = [
      () => fireEvent.click(screen.getByRole("button", { name: "Close" })),
      // What the browser does for Escape.
      () => act(() => screen.getByRole<HTMLDialogElement>("dialog").close()),
      () => fireEvent.click(screen.getByRole("dialog"), { detail: 1 }),
    ];
    for (const close of closings) {
      openDrawer();
      expect(screen.getByRole("dialog")).toBeTruthy();
      close();
      expect(screen.queryByRole("dialog")).toBeNull();
    }
  });

  it("stays open for the second half of a double click, and for clicks inside", () => {
    renderWithCart(drawerUi(), cart(0, [line()]));
    openDrawer();
    fireEvent.click(screen.getByRole("dialog"), { detail: 2 });
    fireEvent.click(screen.getByText("Your cart"), { detail: 1 });
    expect(screen.getByRole("dialog")).toBeTruthy();
  });

  it("closes when another page is shown", () => {
    const { rerender } = renderWithCart(drawerUi(), cart(0, [line()]));
    openDrawer();
    address.pathname = "/products/lighthouse-mug";
    rerender(drawerUi());
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("holds the page's one status line while it is open: nothing behind a modal is spoken", () => {
    renderWithCart(drawerUi(), cart(0, [line()]));
    expect(screen.getAllByRole("status")).toHaveLength(1);
    openDrawer();
    expect(screen.getByRole("dialog").contains(screen.getByRole("status"))).toBe(true);
  });
});
