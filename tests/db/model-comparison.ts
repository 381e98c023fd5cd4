import { expect } from "vitest";
import { type Answer, type Hold, type LineAnswer, must } from "../support/shop.ts";
import type { Micros, ModelHold } from "./model-rules.ts";
import type { ModelAnswer, ModelLine } from "./model-shop.ts";

/** An instant of the database with its microseconds. */
export function micros(instant: string): Micros {
  const fraction = /\.(\d+)/.exec(instant)?.[1] ?? "";
  return Date.parse(instant.replace(/\.\d+/, "")) * 1000 + Number(fraction.padEnd(6, "0"));
}

/** Compares answers of the database with those of the model, to the microsecond. */
export class Comparison {
  /** How far the model's clock is ahead of the database's. */
  passed: Micros = 0;
  /** How often the database answered what, over all histories. */
  private readonly outcomes: Record<string, number>;

  constructor(outcomes: Record<string, number>) {
    this.outcomes = outcomes;
  }

  count(outcome: string): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }

  answers(answers: Answer[], told: ModelAnswer[]): void {
    expect(answers.map(({ outcome }) => outcome)).toEqual(told.map(({ outcome }) => outcome));
    for (const [r, { lines }] of told.entries()) {
      const found = answers[r]?.lines ?? [];
      expect(found).toHaveLength(lines.length);
      for (const [n, line] of found.entries()) this.line(line, must(lines[n]), told.length === 1);
    }
  }

  fits(answers: Answer[], told: ModelAnswer[]): boolean {
    try {
      this.answers(answers, told);
      return true;
    } catch {
      return false;
    }
  }

  line(line: LineAnswer, told: ModelLine, isAlone: boolean): void {
    const { variantId, requested, outcome } = told;
    expect(line).toMatchObject({ variantId, requested, outcome });
    this.count(outcome);
    this.hold(line.reservation, told.hold);
    if (outcome !== "insufficient_stock" && outcome !== "limit_reached") return;
    expect(line.shortfall).toBe(told.wanted - told.total);
    if (outcome === "limit_reached") {
      expect(told.limits).toContain(line.limit?.name);
      // Lapsed units that nobody needed may be left out of it.
      expect(line.available).toBeLessThanOrEqual(told.available);
      expect(line.available).toBeGreaterThanOrEqual(told.wanted - told.held);
    } else {
      expect(line).toMatchObject({ available: told.available, limit: null });
    }
    const nextReleaseAt = this.moment(line.nextReleaseAt);
    if (isAlone) expect(nextReleaseAt).toBe(told.nextReleaseAt);
    else expect(nextReleaseAt === null).toBe(told.nextReleaseAt === null);
  }

  hold(hold: Hold | undefined, told: ModelHold | undefined): void {
    const found = hold && {
      id: hold.reservationId,
      shown: [hold.locationId, hold.quantity, hold.durationSeconds],
      times: [hold.heldAt, hold.expiresAt, hold.maxExpiresAt].map((instant) => this.moment(instant)),
    };
    expect(found).toEqual(
      told && {
        id: told.id,
        shown: [told.locationId, told.quantity, told.durationSeconds],
        times: [told.heldAt, told.expiresAt, told.maxExpiresAt],
      },
    );
  }

  /** An instant of the database on the model's clock. */
  moment = (instant: string | null | undefined): Micros | null =>
    instant ? micros(instant) + this.passed : null;
}
