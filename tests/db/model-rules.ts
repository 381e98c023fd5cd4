import type { Request } from "../support/shop.ts";

/** Microseconds on the model's clock: the database's clock plus all the time that a history let pass. */
export type Micros = number;
export const SECOND: Micros = 1_000_000;

export type ModelHold = {
  id: string;
  shopperId: string;
  variantId: string;
  locationId: string;
  quantity: number;
  /** A hold that time ended stays "active" here: when it lapses is a matter of the clock, not of its state. */
  state: "active" | "paying" | "released" | "withdrawn" | "confirmed";
  durationSeconds: number;
  heldAt: Micros;
  expiresAt: Micros;
  maxExpiresAt: Micros;
  endedAt: Micros | null;
};
export type ModelLevel = { locationId: string; onHand: number; safetyStock: number };
/** The levels stand in the order in which locations are asked. */
export type ModelVariant = { isPublished: boolean; holdSeconds: number | null; levels: ModelLevel[] };
export type Settings = {
  holdSeconds: number;
  vipHoldSeconds: number;
  /** The life of a hold in turns of its duration. */
  maxTurns: number;
  perLine: number;
  perVariant: number;
  perShopper: number;
  holdsPerMinute: number;
  shownLimit: number;
  lapsedShownSeconds: number;
};

export const isLive = (hold: ModelHold, now: Micros) =>
  hold.state === "paying" || (hold.state === "active" && hold.expiresAt > now);
export const isInCart = (hold: ModelHold, now: Micros) => hold.state === "active" && hold.expiresAt > now;
export const hasLapsed = (hold: ModelHold, now: Micros) => hold.state === "active" && hold.expiresAt <= now;
export const unitsOf = (holds: ModelHold[]) => holds.reduce((sum, { quantity }) => sum + quantity, 0);

/** Oldest first, as a cart is shown. */
export const inCartOrder = (a: ModelHold, b: ModelHold) => a.heldAt - b.heldAt || (a.id < b.id ? -1 : 1);
/** Newest first, as an adjustment takes them back. */
export const newestFirst = (a: ModelHold, b: ModelHold) => b.heldAt - a.heldAt || (a.id < b.id ? -1 : 1);

/** What a line comes to before its request as a whole is decided. */
export type Decision = {
  variantId: string;
  requested: number;
  outcome: string;
  /** The hold that the line is about, if there is one. */
  current: ModelHold | undefined;
  /** Its units at that moment. */
  held: number;
  locationId: string;
  total: number;
  wanted: number;
  /** Units that could be held in addition. */
  available: number;
  /** Every cap that is as tight as the tightest. */
  limits: string[];
};

export const gains = ({ outcome, total, held }: Decision) => outcome === "held" || total > held;

/** Lines of the same variant are one line. */
export function summed(lines: Request["lines"]): Request["lines"] {
  const byVariant = new Map<string, Request["lines"][number]>();
  for (const line of lines) {
    const known = byVariant.get(line.variantId);
    if (known) known.quantity += line.quantity;
    else byVariant.set(line.variantId, { ...line });
  }
  return [...byVariant.values()];
}

/**
 * One parcel: a line stays where it is while that location covers it; else the first that covers it gives it;
 * else, for whoever takes less, the one that can give the most.
 */
export function chooseLevel(
  levels: { locationId: string; can: number }[],
  currentLocationId: string | undefined,
  wanted: number,
) {
  const covering = levels.filter(({ can }) => can >= wanted);
  const most = Math.max(...levels.map(({ can }) => can));
  return (
    covering.find(({ locationId }) => locationId === currentLocationId) ??
    covering[0] ??
    levels.find(({ can }) => can === most)
  );
}

/** What a line that wants more than it has comes to: as far as the stock and the caps reach. */
export function decideMore(
  line: Pick<Decision, "variantId" | "requested" | "wanted" | "current" | "held">,
  levels: { locationId: string; can: number }[],
  caps: Record<string, number>,
): Decision {
  const level = chooseLevel(levels, line.current?.locationId, line.wanted);
  if (!level) throw new Error("a variant for sale has a stock level");
  const can = Math.max(level.can, 0);
  // A cap that was passed by a sign-in is as good as reached.
  const room = Object.entries(caps).map(([name, units]) => ({ name, units: Math.max(units, 0) }));
  const tightest = Math.min(...room.map(({ units }) => units));
  const total = Math.max(Math.min(can, line.wanted, tightest), line.held);
  const isHeld = total === line.wanted;
  return {
    ...line,
    outcome: isHeld ? "held" : can >= line.wanted ? "limit_reached" : "insufficient_stock",
    locationId: level.locationId,
    total,
    available: Math.max(can - line.held, 0),
    limits: room.filter(({ units }) => units === tightest).map(({ name }) => name),
  };
}

/** Adding units sets a line to the later of its old end and a full turn from now, within its maximum. */
export function withMoreTime(hold: ModelHold, now: Micros): Micros {
  const turn = now + hold.durationSeconds * SECOND;
  return Math.min(hold.maxExpiresAt, Math.max(hold.expiresAt, turn));
}

/** New holds per shopper within the minute that began with the first of them. */
export class Minutes {
  private minutes = new Map<string, { began: Micros; holds: number }>();

  holdsOf(shopperId: string, now: Micros): number {
    const minute = this.minutes.get(shopperId);
    return minute && minute.began > now - 60 * SECOND ? minute.holds : 0;
  }

  count(shopperId: string, now: Micros): void {
    const holds = this.holdsOf(shopperId, now);
    const began = holds > 0 ? this.minutes.get(shopperId)?.began : undefined;
    this.minutes.set(shopperId, { began: began ?? now, holds: holds + 1 });
  }

  ends = (): Micros[] => [...this.minutes.values()].map(({ began }) => began + 60 * SECOND);

  copy(): Minutes {
    const copy = new Minutes();
    copy.minutes = structuredClone(this.minutes);
    return copy;
  }
}
