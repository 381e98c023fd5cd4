import type { Checkout, OpenPayment, Quote } from "@/contracts/checkout";
import type { Forecast } from "@/contracts/forecast";
import type { Order } from "@/contracts/orders";
import type { CartLine } from "@/contracts/reservations";
import { at, uuid } from "./cart-fixtures";

export const SHIPPING = 490;

export function quote(lines: CartLine[], changes: Partial<Quote> = {}): Quote {
  const subtotalCents = lines.reduce((sum, one) => sum + one.quantity * one.unitPriceCents, 0);
  const shippingCents = lines.length === 0 ? 0 : SHIPPING;
  return {
    cartVersion: lines.map((one) => `${one.reservationId}:${one.quantity}`).join("+") || "empty",
    lines,
    subtotalCents,
    shippingCents,
    totalCents: subtotalCents + shippingCents,
    currency: lines[0]?.currency ?? null,
    ...changes,
  };
}

export const checkout = (
  seconds: number,
  lines: CartLine[],
  openPayment: OpenPayment | null = null,
): Checkout => ({ serverNow: at(seconds), quote: quote(lines), openPayment });

export const openPayment = (changes: Partial<OpenPayment> = {}): OpenPayment => ({
  orderId: uuid(900),
  orderUrl: `/orders/${uuid(900)}?key=k`,
  status: "open",
  url: "https://pay.example/cs_1",
  windowEndsAt: at(900),
  shippingCents: SHIPPING,
  totalCents: 18_990,
  currency: "EUR",
  lines: [{ name: "Tidewater Vase, Large", quantity: 1, unitPriceCents: 18_500, imagePath: null }],
  ...changes,
});

export const forecast = (
  seconds: number,
  lines: CartLine[],
  outcome: "held" | "variant_not_found" = "held",
): Forecast => ({
  serverNow: at(seconds),
  wouldSucceed: lines.length > 0 && outcome === "held",
  lines: lines.map(({ reservationId, variantId, quantity, unitPriceCents, currency, expiresAt }) => ({
    reservationId,
    outcome,
    variantId,
    quantity,
    unitPriceCents,
    currency,
    expiresAt,
    available: 0,
    nextReleaseAt: null,
  })),
});

export function order(changes: Partial<Order> = {}): Order {
  return {
    orderId: uuid(900),
    number: 1001,
    status: "paid",
    source: "checkout",
    createdAt: at(0),
    paidAt: at(60),
    shippedAt: null,
    cancelledAt: null,
    refundedAt: null,
    email: "anna@example.com",
    address: {
      name: "Anna Example",
      line1: "Quay 1",
      line2: null,
      postalCode: "D01",
      city: "Dublin",
      country: "IE",
    },
    currency: "EUR",
    subtotalCents: 18_500,
    shippingCents: SHIPPING,
    totalCents: 18_990,
    refundedCents: 0,
    tracking: null,
    paymentStatus: "succeeded",
    windowEndsAt: null,
    lines: [
      {
        orderLineId: uuid(910),
        variantId: uuid(101),
        sku: "VASE-L",
        productName: "Tidewater Vase",
        variantName: "Large",
        imagePath: "/products/tidewater-vase.svg",
        quantity: 1,
        unitPriceCents: 18_500,
        refundedQuantity: 0,
      },
    ],
    refunds: [],
    ...changes,
  };
}
