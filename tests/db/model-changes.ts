import {
  hasLapsed,
  inCartOrder,
  isInCart,
  isLive,
  type Micros,
  type ModelHold,
  newestFirst,
  SECOND,
  unitsOf,
} from "./model-rules.ts";
import type { ModelLine, ShopModel } from "./model-shop.ts";

// What else can happen to holds, by the book.

type Extended = { reservationId: string; outcome: string; refusal?: string; hold?: ModelHold | undefined };
/** Under which id the database took a lapsed hold again. */
export type HeldAgain = (reservationId: string) => string | undefined;

/** Sets one hold to a quantity; undefined: it is not the shopper's. A lapsed one is taken again as a new one. */
export function setQuantity(
  shop: ShopModel,
  shopperId: string,
  reservationId: string,
  quantity: number,
  now: Micros,
  id: string | undefined,
): ModelLine | undefined {
  const hold = shop.find(reservationId);
  if (hold?.shopperId !== shop.actingFor(shopperId)) return undefined;
  const lines = [{ variantId: hold.variantId, quantity, reservationId }];
  return shop.reserve([{ shopperId, quantityMode: "set", lines }], now, () => id)[0]?.lines[0];
}

/** Gives each of these holds its time again; what has lapsed is taken again as a new hold, or the shopper is told. */
export function extend(
  shop: ShopModel,
  shopperId: string,
  ids: string[],
  isWhole: boolean,
  now: Micros,
  heldAgain: HeldAgain,
): Extended[] {
  const before = shop.copy();
  const mine = ids.map((id) => ({ id, hold: shop.find(id) }));
  const answers = new Map<string, Extended>();
  for (const { id, hold } of mine) {
    const refusal = shop.refusalOf(id, shop.actingFor(shopperId));
    const answer = refusal
      ? { outcome: refusal }
      : hold && isInCart(hold, now)
        ? extendLive(hold, now)
        : null;
    if (answer) answers.set(id, { reservationId: id, ...answer });
  }
  const lapsed = mine.flatMap(({ id, hold }) => (hold && !answers.has(id) ? [hold] : []));
  // One after the other, because caps may not suffice for all: by variant, then as they were named.
  for (const hold of lapsed.toSorted((a, b) =>
    a.variantId < b.variantId ? -1 : a.variantId > b.variantId ? 1 : 0,
  )) {
    answers.set(hold.id, takeAgain(shop, shopperId, hold, now, heldAgain(hold.id)));
  }
  const result = ids.flatMap((id) => answers.get(id) ?? []);
  const isFine = ({ outcome }: Extended) => outcome === "extended" || outcome === "held_again";
  if (!isWhole || result.every(isFine)) return result;
  shop.holds = before.holds;
  shop.minutes = before.minutes;
  return result.map((a) => (isFine(a) ? { reservationId: a.reservationId, outcome: "not_attempted" } : a));
}

function extendLive(hold: ModelHold, now: Micros) {
  const turn = Math.min(now + hold.durationSeconds * SECOND, hold.maxExpiresAt);
  const isAtLimit = hold.expiresAt >= hold.maxExpiresAt;
  hold.expiresAt = Math.max(hold.expiresAt, turn);
  return { outcome: isAtLimit ? "extension_limit" : "extended", hold: { ...hold } };
}

function takeAgain(
  shop: ShopModel,
  shopperId: string,
  lapsed: ModelHold,
  now: Micros,
  id: string | undefined,
): Extended {
  // Where a newer hold stands in its place already, that one stays as it is.
  const [newer] = shop.cartOf(lapsed.shopperId, now).filter((hold) => hold.variantId === lapsed.variantId);
  const line = setQuantity(shop, shopperId, lapsed.id, (newer ?? lapsed).quantity, now, id);
  if (line?.outcome === "held") return { reservationId: lapsed.id, outcome: "held_again", hold: line.hold };
  return { reservationId: lapsed.id, outcome: "expired", refusal: line?.outcome ?? "none" };
}

/** Gives holds back at once; what is being paid stays. */
export function release(
  shop: ShopModel,
  shopperId: string,
  ids: string[] | null,
  isWhole: boolean,
  now: Micros,
) {
  const mine = shop.holds.filter((hold) => hold.shopperId === shop.actingFor(shopperId));
  const named = mine.filter(({ id }) => ids?.includes(id));
  const paying = named.filter(({ state }) => state === "paying");
  const inCart = (ids === null ? mine : named).filter((hold) => isInCart(hold, now));
  const released = isWhole && paying.length > 0 ? [] : inCart;
  for (const hold of released) shop.end(hold, "released", now);
  return { released: released.length, paymentOpen: paying.map(({ id }) => id).sort() };
}

/** What a guest holds becomes the user's. Where both hold the same, it becomes one line. */
export function transfer(shop: ShopModel, from: string, to: string, now: Micros) {
  const known = shop.mergedInto.get(from);
  if (shop.mergedInto.has(to) || (known !== undefined && known !== to)) return { outcome: "already_merged" };
  const mine = shop.holds.filter((hold) => hold.shopperId === from);
  if (mine.some(({ state }) => state === "paying")) return { outcome: "payment_open" };
  let merged = 0;
  let moved = 0;
  for (const hold of mine) {
    const twin = isInCart(hold, now)
      ? shop.cartOf(to, now).find((h) => h.variantId === hold.variantId && h.locationId === hold.locationId)
      : undefined;
    if (twin) {
      twin.quantity += hold.quantity;
      twin.maxExpiresAt = Math.min(twin.maxExpiresAt, hold.maxExpiresAt);
      twin.expiresAt = Math.min(twin.maxExpiresAt, Math.max(twin.expiresAt, hold.expiresAt));
      shop.end(hold, "released", now);
      merged++;
    } else if (hold.state === "active") {
      moved++;
    }
    hold.shopperId = to;
  }
  for (const order of shop.orders) if (order.shopperId === from) order.shopperId = to;
  for (const [guest, user] of shop.mergedInto) if (user === from) shop.mergedInto.set(guest, to);
  shop.mergedInto.set(from, to);
  return { outcome: "transferred", merged, moved };
}

/** Corrects what is there. Live holds are in the way of less, unless the newest may be taken back. */
export function adjust(
  shop: ShopModel,
  variantId: string,
  locationId: string,
  delta: number,
  mayRelease: boolean,
  now: Micros,
) {
  const level = shop.levelsOf(variantId).find((l) => l.locationId === locationId);
  if (!level) return { outcome: "not_found" };
  const onHand = level.onHand + delta;
  if (onHand < 0) return { outcome: "below_zero", onHand: level.onHand };
  const live = shop.liveAt(level, variantId, now);
  const missing = unitsOf(live) - onHand;
  const inTheWay: ModelHold[] = [];
  for (const hold of live.filter(({ state }) => state === "active").toSorted(newestFirst)) {
    if (unitsOf(inTheWay) < missing) inTheWay.push(hold);
  }
  const ids = inTheWay.map(({ id }) => id);
  if (unitsOf(inTheWay) < missing || (ids.length > 0 && !mayRelease)) {
    const outcome = unitsOf(inTheWay) < missing ? "payment_open" : "units_held";
    return { outcome, onHand: level.onHand, reserved: unitsOf(live), missing, inTheWay: ids };
  }
  for (const hold of inTheWay) shop.end(hold, "withdrawn", now);
  level.onHand = onHand;
  return { outcome: "adjusted", onHand, released: ids };
}

/** What the cart shows as no longer held: the last word on each variant, unless it was held again since. */
export function lostOf(shop: ShopModel, shopperId: string, now: Micros): string[] {
  const mine = shop.holds.filter((hold) => hold.shopperId === shopperId);
  const lostAt = (hold: ModelHold) =>
    hold.state === "withdrawn" ? hold.endedAt : hasLapsed(hold, now) ? hold.expiresAt : null;
  const since = now - shop.settings.lapsedShownSeconds * SECOND;
  return [...shop.variants.keys()].flatMap((variantId) => {
    const ofVariant = mine.filter((hold) => hold.variantId === variantId);
    if (ofVariant.some((hold) => isInCart(hold, now))) return [];
    const [last] = ofVariant
      .flatMap((hold) => ({ hold, at: lostAt(hold) ?? 0 }))
      .filter(({ hold, at }) => at > since && !ofVariant.some((h) => isLaterWord(h, hold, at)))
      .toSorted((a, b) => b.at - a.at || inCartOrder(a.hold, b.hold));
    return last ? [last.hold.id] : [];
  });
}

const isLaterWord = (hold: ModelHold, lost: ModelHold, lostAt: Micros) =>
  hold !== lost && hold.state !== "active" && hold.heldAt >= lostAt;

/** What everybody is told about a variant; null: it is not for sale. */
export function availabilityOf(shop: ShopModel, variantId: string, now: Micros) {
  if (!shop.variants.get(variantId)?.isPublished) return null;
  const levels = shop.levelsOf(variantId);
  const most = Math.max(0, ...levels.map((level) => shop.freeAt(level, variantId, now)));
  const isHeld = levels.some(
    (level) =>
      level.onHand > level.safetyStock && shop.liveAt(level, variantId, now).some((h) => isLive(h, now)),
  );
  const shown = Math.min(most, shop.settings.shownLimit);
  return {
    available: shown,
    atLeast: most >= shop.settings.shownLimit,
    nextReleaseAt: shown === 0 && isHeld ? shop.nextReleaseAt(variantId, now) : null,
    isHeld: shown === 0 && isHeld,
  };
}
