import type { Request } from "../support/shop.ts";
import type { ModelOrder } from "./model-paying.ts";
import {
  type Decision,
  decideMore,
  gains,
  inCartOrder,
  isInCart,
  isLive,
  type Micros,
  Minutes,
  type ModelHold,
  type ModelLevel,
  type ModelVariant,
  SECOND,
  type Settings,
  summed,
  unitsOf,
  withMoreTime,
} from "./model-rules.ts";

/** The id under which the database made the hold of a line: the one thing that only it can know. */
export type NameHold = (request: number, line: number) => string | undefined;
export type ModelLine = Decision & { hold: ModelHold | undefined; nextReleaseAt: Micros | null };
export type ModelAnswer = { outcome: string; lines: ModelLine[] };

/**
 * The shop in memory, by the book: docs and comments, not the SQL. It works off one request after the other,
 * knows no locks, no sweep and no counters, and is told the time by whoever asks.
 */
export class ShopModel {
  holds: ModelHold[] = [];
  orders: ModelOrder[] = [];
  mergedInto = new Map<string, string>();
  minutes = new Minutes();

  readonly settings: Settings;
  readonly variants: Map<string, ModelVariant>;
  readonly vips: Set<string>;

  constructor(settings: Settings, variants: Map<string, ModelVariant>, vips: Set<string>) {
    this.settings = settings;
    this.variants = variants;
    this.vips = vips;
  }

  copy(): ShopModel {
    const copy = new ShopModel(this.settings, structuredClone(this.variants), this.vips);
    copy.holds = structuredClone(this.holds);
    copy.orders = structuredClone(this.orders);
    copy.mergedInto = new Map(this.mergedInto);
    copy.minutes = this.minutes.copy();
    return copy;
  }

  actingFor = (shopperId: string) => this.mergedInto.get(shopperId) ?? shopperId;
  find = (id: string) => this.holds.find((hold) => hold.id === id);

  levelsOf = (variantId: string): ModelLevel[] => this.variants.get(variantId)?.levels ?? [];

  cartOf(shopperId: string, now: Micros): ModelHold[] {
    return this.holds
      .filter((hold) => hold.shopperId === shopperId && isInCart(hold, now))
      .toSorted(inCartOrder);
  }

  liveAt({ locationId }: { locationId: string }, variantId: string, now: Micros): ModelHold[] {
    return this.holds.filter(
      (hold) => hold.variantId === variantId && hold.locationId === locationId && isLive(hold, now),
    );
  }

  freeAt(level: ModelLevel, variantId: string, now: Micros): number {
    return level.onHand - level.safetyStock - unitsOf(this.liveAt(level, variantId, now));
  }

  /** When the next hold of a variant ends that is not this shopper's. */
  nextReleaseAt(variantId: string, now: Micros, except?: string): Micros | null {
    const ends = this.holds
      .filter((h) => h.variantId === variantId && h.shopperId !== except && isInCart(h, now))
      .map((hold) => hold.expiresAt);
    return ends.length > 0 ? Math.min(...ends) : null;
  }

  /** Requests in their order; each is decided on what the ones before it left. */
  reserve(requests: Request[], now: Micros, nameHold: NameHold): ModelAnswer[] {
    const before = new Map(this.holds.map(({ id, quantity }) => [id, quantity]));
    return requests.map((request, r) => {
      const shopperId = this.actingFor(request.shopperId);
      const decisions = this.decide(request, now, true);
      const answer = this.answer(request, decisions, now);
      const isRefused = decisions.some(({ outcome }) => outcome !== "held");
      decisions.forEach((decision, n) => {
        const line = answer.lines[n];
        if (!line || (isRefused && (request.mode !== "partial" || !gains(decision)))) return;
        // As it is now: a later request of the batch may change it again.
        line.hold = { ...this.give(decision, shopperId, now, nameHold(r, n), before) };
      });
      return answer;
    });
  }

  /** Where too little is free for everybody, nobody's own holds need to be looked at to refuse. */
  refuseUnseen(requests: Request[], now: Micros): ModelAnswer[] | undefined {
    const isHopeless = ({ lines, mode, quantityMode }: Request) => {
      const isShort = ({ variantId, quantity }: Request["lines"][number]) =>
        !this.isForSale(variantId) ||
        this.levelsOf(variantId).every(
          (level) => this.freeAt(level, variantId, now) < (mode === "partial" ? 1 : quantity),
        );
      if (quantityMode === "set") return false;
      return mode === "partial" ? summed(lines).every(isShort) : summed(lines).some(isShort);
    };
    if (!requests.every(isHopeless)) return undefined;
    return requests.map((request) => this.answer(request, this.decide(request, now, false), now));
  }

  private answer(request: Request, decisions: Decision[], now: Micros): ModelAnswer {
    const refusal = decisions.find(({ outcome }) => outcome !== "held")?.outcome;
    const isPartial = request.mode === "partial";
    const shopperId = this.actingFor(request.shopperId);
    return {
      outcome: refusal === undefined ? "held" : isPartial && decisions.some(gains) ? "partial" : refusal,
      lines: decisions.map((decision) => ({
        ...decision,
        outcome:
          decision.outcome === "held" && refusal !== undefined && !isPartial
            ? "not_attempted"
            : decision.outcome,
        hold: undefined,
        nextReleaseAt: this.nextReleaseAt(decision.variantId, now, shopperId),
      })),
    };
  }

  private decide(request: Request, now: Micros, isSeen: boolean): Decision[] {
    const shopperId = this.actingFor(request.shopperId);
    const mine = this.holds.filter((hold) => isSeen && hold.shopperId === shopperId && isLive(hold, now));
    let room = this.settings.perShopper - unitsOf(mine);
    let newHolds = isSeen
      ? this.settings.holdsPerMinute - this.minutes.holdsOf(shopperId, now)
      : Number.POSITIVE_INFINITY;
    return summed(request.lines).map((line) => {
      const decision = this.decideLine(request, line, mine, { room, newHolds }, now);
      room -= decision.total - decision.held;
      newHolds -= !decision.current && decision.total > 0 ? 1 : 0;
      return decision;
    });
  }

  private decideLine(
    { shopperId, quantityMode }: Request,
    { variantId, quantity: requested, reservationId }: Request["lines"][number],
    mine: ModelHold[],
    { room, newHolds }: { room: number; newHolds: number },
    now: Micros,
  ): Decision {
    const ofVariant = mine.filter((hold) => hold.variantId === variantId);
    const inCart = ofVariant.filter((hold) => hold.state === "active").toSorted(inCartOrder);
    const current = inCart.find((hold) => hold.id === reservationId) ?? inCart[0];
    const held = current?.quantity ?? 0;
    const wanted = quantityMode === "set" ? requested : held + requested;
    const base = { variantId, requested, wanted, current, held, available: 0, limits: [] };
    const asItIs = { ...base, locationId: current?.locationId ?? "", total: held };

    const refusal = reservationId && this.refusalOf(reservationId, this.actingFor(shopperId));
    if (refusal) return { ...asItIs, outcome: refusal };
    if (!this.isForSale(variantId)) return { ...asItIs, outcome: "variant_not_found" };
    if (wanted <= held) return { ...asItIs, total: wanted, outcome: "held" };
    // A shopper has one active hold per level: where a sign-in left another, this one cannot go.
    const isTaken = ({ locationId }: ModelLevel) =>
      inCart.some((hold) => hold !== current && hold.locationId === locationId);
    const levels = this.levelsOf(variantId).map((level) => ({
      locationId: level.locationId,
      can: isTaken(level)
        ? 0
        : this.freeAt(level, variantId, now) + (level.locationId === current?.locationId ? held : 0),
    }));
    return decideMore(base, levels, {
      max_units_per_line: this.settings.perLine,
      max_units_per_variant: this.settings.perVariant - (unitsOf(ofVariant) - held),
      max_units_per_shopper: held + room,
      ...(!current && newHolds <= 0 && { max_holds_per_minute: 0 }),
    });
  }

  /** Why nothing can be done with a hold that somebody names: only what time ended may be taken again. */
  refusalOf(reservationId: string, shopperId: string): string | undefined {
    const hold = this.find(reservationId);
    if (hold?.shopperId !== shopperId) return "reservation_not_found";
    if (hold.state === "paying") return "payment_open";
    return hold.state === "active" ? undefined : "reservation_ended";
  }

  private isForSale = (variantId: string) => this.variants.get(variantId)?.isPublished === true;

  private give(
    { current, held, locationId, total, variantId }: Decision,
    shopperId: string,
    now: Micros,
    id = "unnamed",
    before: Map<string, number>,
  ): ModelHold {
    const hold = this.holdAt(current, locationId, { id, shopperId, variantId }, now, before);
    hold.quantity = total;
    if (total > held) hold.expiresAt = withMoreTime(hold, now);
    return hold;
  }

  private holdAt(
    current: ModelHold | undefined,
    locationId: string,
    made: { id: string; shopperId: string; variantId: string },
    now: Micros,
    before: Map<string, number>,
  ): ModelHold {
    if (current?.locationId === locationId) return current;
    if (current && !before.has(current.id)) {
      // Made by this very batch: it was never anywhere else.
      current.locationId = locationId;
      return current;
    }
    const own = this.variants.get(made.variantId)?.holdSeconds;
    const { holdSeconds, vipHoldSeconds, maxTurns } = this.settings;
    const durationSeconds = own ?? (this.vips.has(made.shopperId) ? vipHoldSeconds : holdSeconds);
    const maxExpiresAt = now + durationSeconds * maxTurns * SECOND;
    const fresh = { durationSeconds, maxExpiresAt, expiresAt: now };
    const hold: ModelHold = {
      quantity: 0,
      state: "active",
      endedAt: null,
      // A way to another shelf is no way to a longer life.
      ...(current ?? fresh),
      ...made,
      locationId,
      heldAt: now,
    };
    if (!current) this.minutes.count(made.shopperId, now);
    else {
      current.quantity = before.get(current.id) ?? current.quantity;
      this.end(current, "released", now);
    }
    this.holds.push(hold);
    return hold;
  }

  end(hold: ModelHold, state: "released" | "withdrawn", now: Micros): void {
    hold.state = state;
    hold.endedAt = now;
  }
}
