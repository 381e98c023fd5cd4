import { fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ReservationStatus } from "@/components/ReservationStatus";
import { StatusLine } from "@/components/reservation/StatusLine";
import { useCart } from "@/contexts/CartContext";
import type { CartLine } from "@/contracts/reservations";
import { answer, at, cart, lapsedLine, line, mug, uuid } from "../unit/cart-fixtures";
import { checkout, openPayment } from "../unit/checkout-fixtures";
import { renderWithCart } from "./harness";

const address = vi.hoisted(() => ({ pathname: "/" }));
vi.mock("next/navigation", () => ({ usePathname: () => address.pathname }));
afterEach(() => {
  address.pathname = "/";
});

function Lines() {
  const lines = useCart().cart?.lines ?? [];
  return (
    <>
      {lines.map((one) => (
        <ReservationStatus key={one.reservationId} placement="inline" line={one} />
      ))}
      <StatusLine />
    </>
  );
}

const showLines = (...lines: CartLine[]) => renderWithCart(<Lines />, cart(0, lines));
const timer = () => screen.getByRole("timer");
const keep = () => screen.getByRole("button", { name: /^Keep .* longer$/ });

describe("the countdown of a line", () => {
  it("goes from held over ending soon to about to end, in words, colour and icon", async () => {
    const { time, container } = showLines(line());
    const look = () => ({
      words: screen.getByText(/Held for you|Ending soon|About to end/).textContent,
      level: container.querySelector("[data-level]")?.getAttribute("data-level"),
      icon: container.querySelector("svg path")?.getAttribute("d"),
    });
    const calm = look();
    expect(calm).toMatchObject({ words: "Held for you", level: "calm" });
    expect(timer().textContent).toBe("15:00");
    await time.advance(600_000);
    const soon = look();
    expect(soon).toMatchObject({ words: "Ending soon", level: "soon" });
    await time.advance(180_000);
    const urgent = look();
    expect(urgent).toMatchObject({ words: "About to end", level: "urgent" });
    expect(new Set([calm.icon, soon.icon, urgent.icon]).size).toBe(3);
    expect(timer().textContent).toBe("2:00");
  });

  it("is a timer that keeps silent and says whose time it is", () => {
    showLines(line());
    expect(timer().getAttribute("aria-live")).toBe("off");
    expect(timer().getAttribute("aria-label")).toBe("Time left for Tidewater Vase, Large");
  });

  it("leaves the status line silent between the milestones", async () => {
    const { time } = showLines(line({ expiresAt: at(310) }));
    const spoken: string[] = [];
    for (let second = 0; second < 60; second += 1) {
      await time.advance(1_000);
      spoken.push(screen.getByRole("status").textContent ?? "");
    }
    expect([...new Set(spoken)]).toEqual(["", "5 minutes left to keep Tidewater Vase, Large."]);
    expect(spoken.slice(0, 9).join("")).toBe("");
  });

  it("waits for the server at zero instead of deciding by itself", async () => {
    const { server, time } = showLines(line({ expiresAt: at(60) }));
    await server.last("GET").respond(cart(0, [line({ expiresAt: at(60) })]));
    await time.advance(60_500);
    expect(timer().textContent).toBe("0:00");
    expect(screen.queryByRole("button", { name: /Keep/ })).toBeNull();
    await server.last("GET").respond(cart(60.5, [], [lapsedLine({ expiredAt: at(60) })]));
    expect(screen.queryByRole("timer")).toBeNull();
    expect(screen.getByRole("status").textContent).toBe(
      "Your hold on Tidewater Vase, Large ended; the units went back.",
    );
  });
});

describe("keeping a line longer", () => {
  it("takes one click, sends one request and shows the new time", async () => {
    const { server, time } = showLines(line());
    await time.advance(300_000);
    fireEvent.click(keep());
    fireEvent.click(keep());
    expect(server.count("PUT")).toBe(1);
    expect(keep().getAttribute("aria-busy")).toBe("true");
    expect(server.last("PUT").body).toEqual({ action: "extend", reservationId: uuid(1) });
    await server.last("PUT").respond(answer(300, line({ expiresAt: at(1_200) }), "extended"));
    expect(timer().textContent).toBe("15:00");
    expect(keep().getAttribute("aria-busy")).toBeNull();
    expect(screen.getByRole("status").textContent).toBe("Tidewater Vase, Large is kept: 15 minutes left.");
  });

  it("is said anew each time: the same words in a new place of the status line", async () => {
    const { server } = showLines(line());
    const spoken: (Element | null)[] = [];
    for (const second of [1, 2]) {
      fireEvent.click(keep());
      await server.last("PUT").respond(answer(second, line({ expiresAt: at(900 + second) }), "extended"));
      await server.last("GET").respond(cart(second, [line({ expiresAt: at(900 + second) })]));
      spoken.push(screen.getByRole("status").firstElementChild);
    }
    expect(spoken[1]?.textContent).toBe(spoken[0]?.textContent);
    expect(spoken[1]).not.toBe(spoken[0]);
  });

  it("is off at the longest time, and says why", () => {
    const { server } = showLines(line({ maxExpiresAt: at(900) }));
    fireEvent.click(keep());
    expect(server.count("PUT")).toBe(0);
    expect(keep().getAttribute("aria-disabled")).toBe("true");
    const reason = document.getElementById(keep().getAttribute("aria-describedby") ?? "");
    expect(reason?.textContent).toMatch(/as long as a hold can last: it ends at \d/);
  });

  it("is not offered while a payment has the units pinned", () => {
    showLines(line({ status: "paying" }));
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText("Held while your payment is open")).toBeTruthy();
  });
});

describe("the floating notice", () => {
  const show = (...lines: CartLine[]) =>
    renderWithCart(<ReservationStatus placement="floating" />, cart(0, lines));

  it("is not there while nothing is held", () => {
    show();
    expect(screen.queryByRole("complementary")).toBeNull();
  });

  it.each(["/cart", "/account"])("is not there on %s, where the cart is in sight", (pathname) => {
    address.pathname = pathname;
    show(line());
    expect(screen.queryByRole("complementary")).toBeNull();
  });

  it("leads back to a payment that is open, from everywhere but the checkout", async () => {
    const { paying, rerender } = show();
    void paying.store.refresh();
    await paying.server.last("GET").respond(checkout(0, [], openPayment()));
    expect(timer().textContent).toBe("15:00");
    const way = screen.getByRole("link", { name: "Continue or go back" });
    expect(way.getAttribute("href")).toBe("/checkout");
    address.pathname = "/checkout";
    rerender(<ReservationStatus placement="floating" />);
    expect(screen.queryByRole("complementary")).toBeNull();
  });

  it("shows the hold that ends first", () => {
    show(line(), mug({ expiresAt: at(200) }));
    expect(timer().textContent).toBe("3:20");
    expect(timer().getAttribute("aria-label")).toContain("Lighthouse Mug");
  });

  it("keeps all that can be kept", () => {
    const { server } = show(line(), mug(), mug({ reservationId: uuid(3), maxExpiresAt: at(900) }));
    fireEvent.click(screen.getByRole("button", { name: "Keep all" }));
    expect(server.calls.filter((call) => call.method === "PUT").map((call) => call.body)).toEqual([
      { action: "extend", reservationId: uuid(1) },
      { action: "extend", reservationId: uuid(2) },
    ]);
  });

  it("says that nothing can be kept longer", () => {
    show(line({ maxExpiresAt: at(900) }));
    expect(screen.getByRole("button", { name: "At its longest" }).getAttribute("aria-disabled")).toBe("true");
  });

  it("tells what ended, offers it again and can be dismissed", async () => {
    const { server } = show(line());
    await server.last("GET").respond(cart(901, [], [lapsedLine()]));
    expect(screen.getByRole("complementary").textContent).toContain(
      "Your hold on Tidewater Vase, Large ended",
    );
    fireEvent.click(screen.getByRole("button", { name: "Hold Tidewater Vase, Large again" }));
    expect(server.last("POST").body).toMatchObject({ variantId: uuid(101), quantity: 1 });
    await server.last("POST").refuse("insufficient_stock", { available: 0, nextReleaseAt: null });
    expect(screen.getByRole("alert").textContent).toBe("None are left.");
    fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(screen.queryByRole("complementary")).toBeNull();
  });
});
