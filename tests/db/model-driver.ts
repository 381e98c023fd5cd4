import { expect } from "vitest";
import type { Sql } from "../support/database.ts";
import {
  type Answer,
  type Hold,
  type LineAnswer,
  moveIntoThePast,
  must,
  type Request,
} from "../support/shop.ts";
import { adjust, extend, release, setQuantity, transfer } from "./model-changes.ts";
import { type Comparison, micros } from "./model-comparison.ts";
import { Payer } from "./model-payer.ts";
import { hasLapsed, isInCart, type Micros, type ModelHold, SECOND } from "./model-rules.ts";
import type { ShopModel } from "./model-shop.ts";
import type { Step, Wish } from "./model-steps.ts";
import { keptBack, locationIds, offAndOn, type Row, shopperIds, variantIds } from "./model-store.ts";

type Extended = LineAnswer & { reservationId: string; refusal?: string | null };

/** Does each step in the database and in the model, and compares what both answer. */
export class Driver {
  private now: Micros = Date.now() * 1000;

  private readonly superuser: Sql;
  private readonly shop: ShopModel;
  private readonly expect: Comparison;
  private readonly payer: Payer;

  constructor(superuser: Sql, shop: ShopModel, comparison: Comparison) {
    this.superuser = superuser;
    this.shop = shop;
    this.expect = comparison;
    this.payer = new Payer(shop, comparison, (serverNow) => this.tell(serverNow));
  }

  async run(sql: Sql, step: Step, rows: Row[]): Promise<void> {
    if (step.kind === "reserve") await this.reserve(sql, step.wishes);
    else if (step.kind === "setQuantity") await this.setQuantity(sql, step);
    else if (step.kind === "sweep") await this.sweep(sql, step.limit, rows);
    else if (step.kind === "transfer") await this.transfer(sql, step.from, step.to);
    else if (step.kind === "adjust") await this.adjust(sql, step);
    else if (step.kind === "pass") await this.pass(step.seconds);
    else if (step.kind === "pin") await this.payer.pin(sql, at(shopperIds, step.shopper));
    else if (step.kind === "settle") await this.payer.settle(sql, step);
    else if (step.kind === "refund") await this.payer.refund(sql, step);
    else if (step.kind === "publish") await this.publish(sql);
    else if (step.kind === "keepBack") await this.keepBack(sql, step);
    else await this.change(sql, step);
  }

  private async reserve(sql: Sql, wishes: Wish[]): Promise<void> {
    const requests = wishes.map(
      ({ shopper, lines, ...modes }): Request => ({
        ...modes,
        shopperId: at(shopperIds, shopper),
        lines: lines.map((l) => ({ variantId: at(variantIds, l.variant), quantity: l.quantity })),
      }),
    );
    const { serverNow, answers } = await call<{ serverNow: string; answers: Answer[] }>(
      sql`select reserve_stock(${sql.json(requests)}) as answer`,
    );
    const now = this.tell(serverNow);
    // What nobody could have got may be refused without a look at what the shopper has.
    const unseen = this.shop.refuseUnseen(requests, now);
    const seen = this.shop.reserve(requests, now, (r, n) => idOf(answers[r]?.lines[n]));
    try {
      this.expect.answers(answers, seen);
    } catch (difference) {
      if (!unseen || !this.expect.fits(answers, unseen)) throw difference;
    }
  }

  private async setQuantity(sql: Sql, { by, pick, quantity }: Extract<Step, { kind: "setQuantity" }>) {
    const hold = this.pick(pick);
    if (!hold) return;
    const shopperId = this.whoIs(by, hold);
    const answer = await call<LineAnswer & { serverNow: string }>(
      sql`select set_reservation_quantity(${shopperId}, ${hold.id}, ${quantity}) as answer`,
    );
    const now = this.tell(answer.serverNow);
    const told = setQuantity(this.shop, shopperId, hold.id, quantity, now, idOf(answer));
    if (told) this.expect.line(answer, told, true);
    else expect(answer.outcome).toBe("reservation_not_found");
  }

  private async change(sql: Sql, { kind, by, picks, isWhole }: Extract<Step, { picks: unknown }>) {
    const holds = picks === null ? null : [...new Set(picks.flatMap((n) => this.pick(n) ?? []))];
    const shopperId = this.whoIs(by, holds === null ? this.pick(0) : holds[0]);
    const ids = holds?.map(({ id }) => id) ?? null;
    const mode = isWhole ? "all_or_nothing" : "partial";
    if (kind === "extend") {
      const answer = await call<{ serverNow: string; answers: Extended[] | null }>(
        sql`select extend_reservations(${shopperId}, ${ids}::uuid[], ${mode}) as answer`,
      );
      this.expectExtended(shopperId, ids, isWhole, this.tell(answer.serverNow), answer.answers ?? []);
    } else {
      const answer = await call<{ serverNow: string; released: number; paymentOpen: string[] }>(
        sql`select release_reservations(${shopperId}, ${ids}::uuid[], ${mode}) as answer`,
      );
      const told = release(this.shop, shopperId, ids, isWhole, this.tell(answer.serverNow));
      expect({ released: answer.released, paymentOpen: answer.paymentOpen.sort() }).toEqual(told);
    }
  }

  private expectExtended(
    shopperId: string,
    named: string[] | null,
    isWhole: boolean,
    now: Micros,
    answers: Extended[],
  ) {
    const ids = answers.map(({ reservationId }) => reservationId);
    const acting = this.shop.actingFor(shopperId);
    if (named) expect(ids).toEqual(named);
    else {
      // All that is held; and what has lapsed, as far as nobody marked it yet.
      const isHeld = (id: string) => this.shop.holds.some((h) => h.id === id && isInCart(h, now));
      expect(ids.filter(isHeld)).toEqual(this.shop.cartOf(acting, now).map(({ id }) => id));
      const lapsed = this.shop.holds
        .filter((h) => h.shopperId === acting && hasLapsed(h, now))
        .map(({ id }) => id);
      expect(lapsed).toEqual(expect.arrayContaining(ids.filter((id) => !isHeld(id))));
    }
    const told = extend(this.shop, shopperId, ids, isWhole, now, (id) =>
      idOf(answers.find((answer) => answer.reservationId === id)),
    );
    for (const [n, answer] of answers.entries()) {
      const { reservationId, outcome, refusal, hold } = must(told[n]);
      expect(answer).toMatchObject({ reservationId, outcome });
      this.expect.count(outcome);
      if (refusal) expect(answer.refusal).toBe(refusal);
      this.expect.hold(answer.reservation, hold);
    }
  }

  private async sweep(sql: Sql, limit: number, rows: Row[]): Promise<void> {
    const answer = await call<{ serverNow: string; expired: number; units: number; more: boolean }>(
      sql`select expire_reservations(${limit}) as answer`,
    );
    const now = this.tell(answer.serverNow);
    const unswept = rows.filter(({ id, status }) => {
      const hold = this.shop.find(id);
      return status === "active" && hold && hasLapsed(hold, now);
    });
    const expired = Math.min(limit, unswept.length);
    expect(answer).toMatchObject({ expired, more: expired >= limit });
    if (expired === unswept.length) {
      expect(answer.units).toBe(unswept.reduce((sum, { quantity }) => sum + quantity, 0));
    }
  }

  private async transfer(sql: Sql, fromIndex: number, toIndex: number): Promise<void> {
    const [from, to] = [at(shopperIds, fromIndex), at(shopperIds, toIndex)];
    if (from === to) return;
    const { serverNow, ...answer } = await call<{ serverNow?: string }>(
      sql`select transfer_reservations(${from}, ${to}) as answer`,
    );
    const told = transfer(this.shop, from, to, this.tell(serverNow));
    expect(answer).toEqual(told);
    this.expect.count(told.outcome);
  }

  private async adjust(
    sql: Sql,
    { variant, location, delta, mayRelease }: Extract<Step, { kind: "adjust" }>,
  ) {
    const [variantId, locationId] = [at(variantIds, variant), at(locationIds, location)];
    const { serverNow, ...answer } = await call<{
      serverNow?: string;
      inTheWay?: Hold[];
      released?: Hold[];
    }>(sql`select adjust_stock(${variantId}, ${locationId}, ${delta}, 'counted', ${mayRelease}) as answer`);
    const found: Record<string, unknown> = { ...answer };
    for (const list of ["inTheWay", "released"] as const) {
      if (answer[list]) found[list] = answer[list].map(({ reservationId }) => reservationId);
    }
    const told = adjust(this.shop, variantId, locationId, delta, mayRelease, this.tell(serverNow));
    expect(found).toEqual(told);
    this.expect.count(told.outcome);
  }

  /** Time goes by, but never to within seconds of a moment at which something would change by itself. */
  private async pass(seconds: number): Promise<void> {
    const { lapsedShownSeconds } = this.shop.settings;
    const moments = this.shop.holds.flatMap(({ expiresAt, endedAt }) =>
      [expiresAt, endedAt ?? expiresAt].flatMap((m) => [m, m + lapsedShownSeconds * SECOND]),
    );
    moments.push(...this.shop.minutes.ends());
    let length = seconds;
    const isClose = (m: Micros) => Math.abs(m - (this.now + length * SECOND)) < 20 * SECOND;
    while (moments.some(isClose)) length += 41;
    await this.superuser.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await moveIntoThePast(tx, length);
      await tx`update shoppers set minute_began_at = minute_began_at - ${`${length} s`}::interval`;
    });
    this.expect.passed += length * SECOND;
  }

  private async publish(sql: Sql): Promise<void> {
    const variant = must(this.shop.variants.get(offAndOn));
    variant.isPublished = !variant.isPublished;
    await sql`update products set published_at = ${variant.isPublished ? "2020-01-01" : null}
      where id = ${offAndOn}`;
  }

  private async keepBack(sql: Sql, { location, units }: Extract<Step, { kind: "keepBack" }>): Promise<void> {
    const level = must(this.shop.levelsOf(keptBack)[location]);
    level.safetyStock = units;
    await sql`update stock_levels set safety_stock = ${units}
      where variant_id = ${keptBack} and location_id = ${level.locationId}`;
  }

  private pick = (n: number): ModelHold | undefined =>
    this.shop.holds.at(-1 - (n % (this.shop.holds.length || 1)));
  private whoIs = (by: number, hold: ModelHold | undefined) =>
    by === 0 && hold ? hold.shopperId : at(shopperIds, by % shopperIds.length);

  private tell(serverNow: string | undefined): Micros {
    if (serverNow) this.now = micros(serverNow) + this.expect.passed;
    return this.now;
  }
}

const at = (list: string[], n: number) => must(list[n]);
const idOf = (line: LineAnswer | undefined) => line?.reservation?.reservationId;

async function call<Result>(query: PromiseLike<readonly Record<string, unknown>[]>): Promise<Result> {
  const [row] = await query;
  return must(row).answer as Result;
}
