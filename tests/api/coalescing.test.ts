import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { HoldAnswerSchema } from "@/contracts/reservations";
import { type Answer, bodyOf, type Guest, newGuest, problemOf, RESERVATIONS } from "../support/api-client.ts";
import { createVariant, must, stockOf } from "../support/shop.ts";
import { useSecondStore } from "./second-store.ts";
import { unknownId, useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();
/** Its gateway counts what it asks of the database. */
const store = useSecondStore();

const guests = (count: number): Guest[] =>
  Array.from({ length: count }, () => newGuest({ baseUrl: store.url }));

/** Somebody else holds the lock of this variant's level while `work` goes on. */
async function whileLocked(variantId: string, work: () => Promise<void>): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select 1 from stock_levels where variant_id = ${variantId} for update`;
    await work();
  });
}

/** Calls of `reserve_stock` that wait for a lock now. */
async function waitForWaiting(count: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const [row] = await sql<{ waiting: number }[]>`
      select count(*)::int as waiting from pg_stat_activity
      where wait_event_type = 'Lock' and query like '%reserve_stock%' and pid <> pg_backend_pid()`;
    if (must(row).waiting >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect.unreachable(`${count} calls did not come to wait for a lock`);
}

describe("a crowd", () => {
  test("is answered one by one, with far fewer calls of the database than requests", async () => {
    const variantId = await createVariant(sql, 250);
    store.gateway.countRequests();
    const answers = await Promise.all(guests(300).map((guest) => guest.reserve(variantId)));
    const calls = store.gateway.countRequests();
    const held = answers.filter(({ status }) => status === 201);
    expect(held).toHaveLength(250);
    const ids = held.map((answer) => bodyOf(answer, 201, HoldAnswerSchema).reservation.reservationId);
    expect(new Set(ids).size).toBe(250);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      problemOf(answer, "insufficient_stock");
    }
    expect(await stockOf(sql, variantId)).toEqual({ on_hand: 250, reserved: 250 });
    expect(calls).toBeLessThan(150);
  });

  test("gets each its own: who asks for something else, too much, or nothing that exists, harms nobody", async () => {
    const [scarce, plenty] = [await createVariant(sql, 3), await createVariant(sql, 1_000)];
    const asked = await Promise.all(
      guests(120).map(async (guest, nth) => {
        const variantId = [plenty, scarce, unknownId(), plenty][nth % 4] ?? plenty;
        const quantity = nth % 4 === 3 ? 101 : 1 + (nth % 3);
        const answer = await guest.reserve(variantId, quantity);
        if (answer.status !== 201) return { nth, quantity, answer };
        const { reservation } = bodyOf(answer, 201, HoldAnswerSchema);
        expect(reservation).toMatchObject({ variantId, quantity });
        const [row] = await sql`select shopper_id, quantity from reservations
          where id = ${reservation.reservationId}`;
        expect(row).toEqual({ shopper_id: guest.shopperId(), quantity });
        return { nth, quantity, answer };
      }),
    );
    for (const { nth, quantity, answer } of asked) {
      if (nth % 4 === 0) expect(answer.status).toBe(201);
      if (nth % 4 === 2) problemOf(answer, "variant_not_found");
      if (nth % 4 === 3) expect(problemOf(answer, "limit_reached").requested).toBe(quantity);
    }
    expect((await stockOf(sql, scarce)).reserved).toBeLessThanOrEqual(3);
  });

  test("one shopper's clicks are added up, whatever calls they travel in", async () => {
    const variantId = await createVariant(sql, 100);
    const [guest] = guests(1);
    await must(guest).hold(variantId);
    const answers = await Promise.all(Array.from({ length: 30 }, () => must(guest).reserve(variantId)));
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(201));
    expect(await stockOf(sql, variantId)).toMatchObject({ reserved: 31 });
  });
});

describe("a stuck level", () => {
  test("holds up nobody who wants something else for longer than one time-out", async () => {
    const stuck = await createVariant(sql, 50);
    const others = await Promise.all(Array.from({ length: 16 }, () => createVariant(sql, 50)));
    await whileLocked(stuck, async () => {
      const waiting = guests(20).map((guest) => guest.reserve(stuck));
      await waitForWaiting(1);
      const answers = await Promise.all(
        others.flatMap((variantId) => guests(3).map((guest) => guest.reserve(variantId))),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(48).fill(201));
      for (const answer of await Promise.all(waiting)) {
        expect(["database_unavailable", "server_busy"]).toContain((answer.body as { code: string }).code);
        expect(answer.headers.get("retry-after")).toBe("1");
      }
      // It is known to be stuck by now: those who share its lane do not even meet it.
      const late = guests(10).map((guest) => guest.reserve(stuck));
      await waitForWaiting(1);
      const after = await Promise.all(
        others.flatMap((variantId) => guests(2).map((guest) => guest.reserve(variantId))),
      );
      expect(after.map(({ status }) => status)).toEqual(Array(32).fill(201));
      await Promise.all(late);
    });
    expect(await stockOf(sql, stuck)).toMatchObject({ reserved: 0 });
    expect((await must(guests(1)[0]).reserve(stuck)).status).toBe(201);
  });

  test("that comes free in time costs a wait and nothing else", async () => {
    const variantId = await createVariant(sql, 50);
    let waiting: Promise<{ status: number }>[] = [];
    await whileLocked(variantId, async () => {
      waiting = guests(20).map((guest) => guest.reserve(variantId));
      await waitForWaiting(1);
    });
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(await stockOf(sql, variantId)).toMatchObject({ reserved: 20 });
  });
});

test("more than can wait are refused while they would wait, and those who waited are served", async () => {
  const variantId = await createVariant(sql, 2_000);
  let asked: Promise<Answer>[] = [];
  await whileLocked(variantId, async () => {
    asked = guests(1_300).map((guest) => guest.reserve(variantId));
    // The queue of a lane takes 1,024; the others hear so while the lock is still held.
    const refused = await Promise.any(asked);
    problemOf(refused, "server_busy");
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.has("set-cookie")).toBe(false);
  });
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  const held = statuses.filter((status) => status === 201).length;
  expect(statuses.filter((status) => status === 503)).toHaveLength(1_300 - held);
  expect(held).toBeGreaterThan(0);
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 2_000, reserved: held });
});

test("nothing is held for a client that hung up while it waited for its turn", async () => {
  const variantId = await createVariant(sql, 50);
  const underWay: Promise<{ status: number }>[] = [];
  await whileLocked(variantId, async () => {
    // Two calls are under way; what comes now waits for the next.
    for (const [nth, guest] of guests(2).entries()) {
      underWay.push(guest.reserve(variantId));
      await waitForWaiting(nth + 1);
    }
    underWay.push(...guests(3).map((guest) => guest.reserve(variantId)));
    await Promise.all(Array.from({ length: 5 }, () => askAndHangUp(variantId)));
  });
  expect((await Promise.all(underWay)).map(({ status }) => status)).toEqual(Array(5).fill(201));
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 50, reserved: 5 });
});

/** Settles once the server has noticed: its end of the connection is closed too. */
function askAndHangUp(variantId: string): Promise<void> {
  const body = JSON.stringify({ variantId, quantity: 1 });
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", "content-length": String(body.length) };
    const asking = request(`${store.url}${RESERVATIONS}`, { method: "POST", headers, agent: false });
    asking.on("error", () => {});
    asking.on("close", () => setTimeout(resolve, 200));
    asking.end(body, () => setTimeout(() => asking.destroy(), 200));
  });
}
