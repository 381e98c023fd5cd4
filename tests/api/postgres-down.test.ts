import { describe, expect, test } from "vitest";
import { HoldAnswerSchema } from "@/contracts/reservations";
import { type Answer, bodyOf, type Guest, newGuest, problemOf, RESERVATIONS } from "../support/api-client.ts";
import { useOwnStack } from "../support/own-stack.ts";
import { createVariant, expectConsistent, stockOf } from "../support/shop.ts";

const stack = useOwnStack();
const guest = () => newGuest({ baseUrl: stack.url });

type Asking = (who: Guest, reservationId: string, variantId: string) => Promise<Answer>;
const askings: [string, Asking][] = [
  ["the catalogue", (who) => who.get("/api/products")],
  ["availability", (who, _, variantId) => who.get(`/api/stock/availability?variantIds=${variantId}`)],
  ["the cart", (who) => who.get(RESERVATIONS)],
  ["a hold", (who, _, variantId) => who.reserve(variantId)],
  ["more time", (who, reservationId) => who.change({ action: "extend", reservationId })],
  ["a quantity", (who, reservationId) => who.change({ action: "set_quantity", reservationId, quantity: 2 })],
  ["a release", (who, reservationId) => who.release(`reservationId=${reservationId}`)],
];

/** Asks until it is well: connections that broke take a moment to be replaced. */
async function untilWell(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const answer = await ask();
    if (answer.status < 500 || tries === 100) return answer;
    expect(answer.status, answer.text).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("Postgres is stopped", () => {
  test("everything is refused for now, says when to come back, and works again once it is started", async () => {
    const variantId = await stack.withDatabase((sql) => createVariant(sql, 10));
    const holder = guest();
    const { reservation } = await holder.hold(variantId);
    await stack.stopPostgres();
    for (const [what, ask] of askings) {
      for (let turn = 0; turn < 2; turn++) {
        const answer = await ask(holder, reservation.reservationId, variantId);
        problemOf(answer, "database_unavailable");
        expect(answer.headers.get("retry-after"), what).toBe("1");
      }
    }
    const health = await holder.get("/api/health");
    expect(health.status).toBe(503);
    await stack.startPostgres();
    await untilWell(() => holder.get("/api/health"));
    expect((await holder.cart()).lines).toMatchObject([
      { reservationId: reservation.reservationId, quantity: 1 },
    ]);
    for (const [what, ask] of askings) {
      const answer = await untilWell(() => ask(holder, reservation.reservationId, variantId));
      expect([200, 201], what).toContain(answer.status);
    }
  });
});

test.each(["orderly", "crash"] as const)(
  "a stop in the middle of a rush (%s): what was answered as held is held, and nobody holds twice",
  async (how) => {
    const variantId = await stack.withDatabase((sql) => createVariant(sql, 1_000));
    const held = new Map<string, Guest>();
    const statuses = new Set<number>();
    let isOver = false;
    const rush = Array.from({ length: 20 }, async () => {
      while (!isOver) {
        const who = guest();
        const answer = await who.reserve(variantId);
        statuses.add(answer.status);
        if (answer.status !== 201) continue;
        held.set(bodyOf(answer, 201, HoldAnswerSchema).reservation.reservationId, who);
      }
    });
    while (held.size < 40) await new Promise((resolve) => setTimeout(resolve, 10));
    await stack.stopPostgres(how);
    const before = held.size;
    while (!statuses.has(503)) await new Promise((resolve) => setTimeout(resolve, 10));
    await stack.startPostgres();
    while (held.size < before + 20) await new Promise((resolve) => setTimeout(resolve, 10));
    isOver = true;
    await Promise.all(rush);
    expect([...statuses].toSorted()).toEqual([201, 503]);
    await stack.withDatabase(async (sql) => {
      await expectConsistent(sql);
      const rows = await sql<{ id: string; shopper_id: string; quantity: number }[]>`
        select id, shopper_id, quantity from reservations where variant_id = ${variantId}`;
      for (const [id, who] of held) {
        expect(rows.filter((row) => row.id === id)).toMatchObject([
          { shopper_id: who.shopperId(), quantity: 1 },
        ]);
      }
      expect(new Set(rows.map((row) => row.shopper_id)).size).toBe(rows.length);
      expect(rows.every((row) => row.quantity === 1)).toBe(true);
      expect((await stockOf(sql, variantId)).reserved).toBe(rows.length);
    });
  },
);
