import { inCartOrder, type Micros, type ModelHold, type ModelLevel, SECOND } from "./model-rules.ts";
import type { ShopModel } from "./model-shop.ts";

// What paying makes of holds, by the book: pinned, sold, given back, or refunded.

export type ModelOrderLine = {
  variantId: string;
  quantity: number;
  holdId: string;
  leftSeconds: number;
  locationId: string | null;
  refunded: number;
};
export type ModelOrder = {
  orderId: string;
  paymentId: string;
  shopperId: string;
  payment: "open" | "processing" | "succeeded" | "failed" | "expired";
  status: "pending" | "paid" | "refunded_out_of_stock" | "refunded" | "cancelled";
  lines: ModelOrderLine[];
};

/** What Stripe may say. `wrong`: it was paid, with a cent less than was asked for. */
export const words = ["paid", "paid", "wrong", "unpaid", "failed", "expired"] as const;
export type Word = (typeof words)[number];

/** A hold that goes back from a payment has this long at least. */
const LEAST_SECONDS = 120;

const isUnfinished = ({ payment }: ModelOrder) => payment === "open" || payment === "processing";
const isPinnedByAnother = (shop: ShopModel, order: ModelOrder, holdId: string) =>
  shop.orders.some((o) => o !== order && isUnfinished(o) && o.lines.some((line) => line.holdId === holdId));

/** What starting to pay comes to, and the lines of the order where it is pinned. */
export function pin(shop: ShopModel, shopperId: string, now: Micros) {
  const acting = shop.actingFor(shopperId);
  if (shop.orders.some((o) => o.shopperId === acting && isUnfinished(o))) return { outcome: "payment_open" };
  const cart = shop.cartOf(acting, now);
  if (cart.length === 0) return { outcome: "cart_empty" };
  if (cart.some(({ variantId }) => !shop.variants.get(variantId)?.isPublished))
    return { outcome: "cart_changed" };
  const lines = cart.map(
    (hold): ModelOrderLine => ({
      variantId: hold.variantId,
      quantity: hold.quantity,
      holdId: hold.id,
      leftSeconds: Math.ceil((hold.expiresAt - now) / SECOND),
      locationId: null,
      refunded: 0,
    }),
  );
  for (const hold of cart) hold.state = "paying";
  return { outcome: "pinned", lines, shopperId: acting };
}

/** Does what follows from Stripe's word, once. `nameHold` knows the id of a hold that a late success made. */
export function settle(
  shop: ShopModel,
  order: ModelOrder,
  word: Word,
  after: "return" | "expire",
  now: Micros,
  nameHold: (line: number) => string,
): string {
  const isPaid = word === "paid" || word === "wrong";
  if (order.payment === "succeeded" || (!isPaid && !isUnfinished(order))) return "already";
  if (word === "unpaid") {
    order.payment = "processing";
    return "processing";
  }
  if (!isPaid) {
    order.payment = word;
    order.status = "cancelled";
    unpin(shop, order, after, now);
    return "ended";
  }
  order.payment = "succeeded";
  if (word === "paid" && sell(shop, order, now, nameHold)) {
    order.status = "paid";
    return "sold";
  }
  order.status = word === "paid" ? "refunded_out_of_stock" : "refunded";
  unpin(shop, order, after, now);
  return "refund_due";
}

function unpin(shop: ShopModel, order: ModelOrder, after: "return" | "expire", now: Micros): void {
  for (const line of order.lines) {
    const hold = shop.find(line.holdId);
    if (hold?.state !== "paying" || isPinnedByAnother(shop, order, hold.id)) continue;
    if (after === "expire") {
      hold.state = "active";
      hold.expiresAt = now;
      hold.maxExpiresAt = Math.max(hold.maxExpiresAt, now);
      continue;
    }
    const ends = now + Math.max(line.leftSeconds, LEAST_SECONDS) * SECOND;
    const twin = shop
      .cartOf(hold.shopperId, now)
      .find((h) => h.variantId === hold.variantId && h.locationId === hold.locationId);
    if (!twin) {
      hold.state = "active";
      hold.expiresAt = ends;
      hold.maxExpiresAt = Math.max(hold.maxExpiresAt, ends);
      continue;
    }
    shop.end(hold, "released", now);
    twin.quantity += hold.quantity;
    twin.maxExpiresAt = Math.max(Math.min(twin.maxExpiresAt, hold.maxExpiresAt), twin.expiresAt, ends);
    twin.expiresAt = Math.max(twin.expiresAt, ends);
  }
}

/** All lines or nothing: from the hold itself, from the cart, from what is free at one location. */
function sell(shop: ShopModel, order: ModelOrder, now: Micros, nameHold: (line: number) => string): boolean {
  const before = shop.copy();
  const lines = structuredClone(order.lines);
  for (const [n, line] of order.lines.entries()) {
    const name = () => nameHold(n);
    const hold = ownHold(shop, order, line, now, name) ?? freeHold(shop, order, line, now, name);
    if (!hold) {
      shop.holds = before.holds;
      for (const [id, variant] of before.variants) shop.variants.set(id, variant);
      order.lines = lines;
      return false;
    }
    hold.state = "confirmed";
    hold.endedAt = now;
    Object.assign(line, { holdId: hold.id, locationId: hold.locationId });
    levelOf(shop, line).onHand -= line.quantity;
  }
  return true;
}

function ownHold(shop: ShopModel, order: ModelOrder, line: ModelOrderLine, now: Micros, name: () => string) {
  const pinned = shop.find(line.holdId);
  if (pinned?.state === "paying" && !isPinnedByAnother(shop, order, pinned.id)) return pinned;
  const isIts = ({ id }: ModelHold) => Number(id === line.holdId);
  const isAll = ({ quantity }: ModelHold) => Number(quantity === line.quantity);
  const [mine] = shop
    .cartOf(order.shopperId, now)
    .filter(({ variantId, quantity }) => variantId === line.variantId && quantity >= line.quantity)
    .toSorted((a, b) => isIts(b) - isIts(a) || isAll(b) - isAll(a) || inCartOrder(a, b));
  if (!mine || isAll(mine)) return mine;
  mine.quantity -= line.quantity;
  return newHold(shop, order, line, mine.locationId, now, name());
}

function freeHold(
  shop: ShopModel,
  order: ModelOrder,
  line: ModelOrderLine,
  now: Micros,
  name: () => string,
): ModelHold | undefined {
  const level = shop
    .levelsOf(line.variantId)
    .find((l) => shop.freeAt(l, line.variantId, now) >= line.quantity);
  return level && newHold(shop, order, line, level.locationId, now, name());
}

function newHold(
  shop: ShopModel,
  { shopperId }: ModelOrder,
  { variantId, quantity }: ModelOrderLine,
  locationId: string,
  now: Micros,
  id: string,
): ModelHold {
  const { holdSeconds: durationSeconds } = shop.settings;
  const hold: ModelHold = {
    ...{ id, shopperId, variantId, locationId, quantity, durationSeconds },
    ...{ state: "paying", heldAt: now, expiresAt: now, maxExpiresAt: now, endedAt: null },
  };
  shop.holds.push(hold);
  return hold;
}

function levelOf(shop: ShopModel, { variantId, locationId }: ModelOrderLine): ModelLevel {
  const level = shop.levelsOf(variantId).find((l) => l.locationId === locationId);
  if (!level) throw new Error("what is sold comes from a stock level");
  return level;
}

/** Gives the money of some units back, and puts them on the shelf again where that is said. */
export function refund(shop: ShopModel, order: ModelOrder, quantity: number, isRestocked: boolean): string {
  const line = order.lines[0];
  if (order.status !== "paid" || !line) return "not_refundable";
  if (line.refunded + quantity > line.quantity) return "exceeds";
  line.refunded += quantity;
  if (isRestocked) levelOf(shop, line).onHand += quantity;
  return "requested";
}
