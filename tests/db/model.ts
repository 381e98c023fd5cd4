import type { Request } from "../support/shop.ts";

/** The rules of holding at one location, in memory and by the book: what the database is compared with. */
export class ShopModel {
  private readonly onHand: Record<string, number>;
  private readonly caps: { line: number; shopper: number };
  private held = new Map<string, number>();

  constructor(onHand: Record<string, number>, caps: { line: number; shopper: number }) {
    this.onHand = onHand;
    this.caps = caps;
  }

  unitsOf = (shopperId: string, variantId: string) => this.held.get(`${shopperId} ${variantId}`) ?? 0;

  /** Answers the outcome of every line, as the batch would be answered one request after the other. */
  reserve(requests: Request[]): string[][] {
    return requests.map((request) => this.reserveOne(request));
  }

  /** Lapsed or given back: for the rules it is the same, the units are free. */
  drop(shopperId: string): void {
    for (const key of this.held.keys()) if (key.startsWith(shopperId)) this.held.delete(key);
  }

  private reserveOne({ shopperId, lines, mode, quantityMode }: Request): string[] {
    const wishes = new Map<string, number>();
    for (const { variantId, quantity } of lines) {
      wishes.set(variantId, (wishes.get(variantId) ?? 0) + quantity);
    }
    let room = this.caps.shopper - this.sum((key) => key.startsWith(shopperId));
    const decided = [...wishes].map(([variantId, quantity]) => {
      const now = this.unitsOf(shopperId, variantId);
      const wanted = quantityMode === "set" ? quantity : now + quantity;
      const can = (this.onHand[variantId] ?? 0) - this.sum((key) => key.endsWith(variantId)) + now;
      const most = Math.min(wanted, can, this.caps.line, now + room);
      const total = wanted <= now ? wanted : Math.max(now, most);
      const outcome = total === wanted ? "held" : can >= wanted ? "limit_reached" : "insufficient_stock";
      room -= total - now;
      return { variantId, total, outcome, gains: total > now || outcome === "held" };
    });
    const isWhole = decided.every(({ outcome }) => outcome === "held");
    for (const { variantId, total, gains } of decided) {
      if (isWhole || (mode === "partial" && gains)) this.held.set(`${shopperId} ${variantId}`, total);
    }
    return decided.map(({ outcome, gains }) =>
      outcome === "held" && !isWhole && !(mode === "partial" && gains) ? "not_attempted" : outcome,
    );
  }

  private sum(matches: (key: string) => boolean): number {
    return [...this.held].reduce((total, [key, units]) => total + (matches(key) ? units : 0), 0);
  }
}
