import { expect, test } from "vitest";
import { HoldAnswerSchema, ReleaseAnswerSchema } from "@/contracts/reservations";
import { bodyOf, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant, must, stockOf } from "../support/shop.ts";
import { lapse, useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();
const crowd = (size: number) => Array.from({ length: size }, () => newGuest());

/** Everybody at once; what they asked for, and what they got. */
async function rush(variantId: string, quantities: number[]) {
  const answers = await Promise.all(quantities.map((quantity) => newGuest().reserve(variantId, quantity)));
  const held = answers.filter(({ status }) => status === 201);
  const refused = answers.filter(({ status }) => status !== 201);
  return {
    held: held.map((answer) => bodyOf(answer, 201, HoldAnswerSchema)),
    refused: refused.map((answer) => problemOf(answer, "insufficient_stock")),
  };
}

test("of sixty who want the last unit one gets it, and the others learn when it may come back", async () => {
  const variantId = await createVariant(sql, 1);
  const { held, refused } = await rush(variantId, Array(60).fill(1));
  expect(held).toHaveLength(1);
  expect(refused).toHaveLength(59);
  const { expiresAt } = must(held[0]).reservation;
  for (const problem of refused) {
    expect(problem).toMatchObject({ available: 0, requested: 1, shortfall: 1, nextReleaseAt: expiresAt });
  }
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 1, reserved: 1 });
});

test("a lapsed hold that sixty run for is taken again once", async () => {
  const variantId = await createVariant(sql, 1);
  const { reservation } = await newGuest().hold(variantId);
  await lapse(sql, reservation.reservationId);
  const { held } = await rush(variantId, Array(60).fill(1));
  expect(held).toHaveLength(1);
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 1, reserved: 1 });
});

test("seven units for mixed wishes: never more than seven, and nobody refused whom the rest would have served", async () => {
  const variantId = await createVariant(sql, 7);
  const { held, refused } = await rush(
    variantId,
    Array.from({ length: 40 }, (_, nth) => (nth % 4) + 1),
  );
  const given = held.reduce((sum, { reservation }) => sum + reservation.quantity, 0);
  expect(given).toBeLessThanOrEqual(7);
  for (const { requested, available } of refused) {
    expect(requested).toBeGreaterThan(7 - given);
    expect(requested).toBeGreaterThan(must(available));
  }
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 7, reserved: given });
});

test("a guest who clicks twenty times at once has one line with twenty units", async () => {
  const [first, second] = [await createVariant(sql, 1), await createVariant(sql, 50)];
  const guest = newGuest();
  await guest.hold(first);
  const answers = await Promise.all(Array.from({ length: 20 }, () => guest.reserve(second)));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
  const { lines } = await guest.cart();
  expect(lines.filter(({ variantId }) => variantId === second)).toMatchObject([{ quantity: 20 }]);
});

test("a hold that is given back by twenty requests at once is given back once", async () => {
  const variantId = await createVariant(sql, 1);
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId);
  const query = `reservationId=${reservation.reservationId}`;
  const answers = await Promise.all(Array.from({ length: 20 }, () => guest.release(query)));
  const released = answers.map((answer) => bodyOf(answer, 200, ReleaseAnswerSchema).released);
  expect(released.toSorted()).toEqual([...Array(19).fill(0), 1]);
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 1, reserved: 0 });
});

test("whatever thirty guests do at once, no unit is promised twice and nobody meets an error of ours", async () => {
  const variantIds = await Promise.all([3, 5, 8].map((onHand) => createVariant(sql, onHand)));
  const statuses: number[] = [];
  await Promise.all(
    crowd(30).map(async (guest, nth) => {
      for (let turn = 0; turn < 4; turn++) {
        const variantId = must(variantIds[(nth + turn) % 3]);
        const answer = await guest.reserve(variantId, 1 + (turn % 2));
        statuses.push(answer.status);
        if (answer.status !== 201) continue;
        const { reservationId } = bodyOf(answer, 201, HoldAnswerSchema).reservation;
        const change = await guest.change({ action: "set_quantity", reservationId, quantity: 1 + (nth % 3) });
        statuses.push(change.status);
        if (nth % 2 === 0) statuses.push((await guest.release("all=true")).status);
      }
    }),
  );
  expect([...new Set(statuses)].toSorted()).toEqual([200, 201, 409]);
  for (const variantId of variantIds) {
    const { on_hand, reserved } = await stockOf(sql, variantId);
    expect(reserved).toBeLessThanOrEqual(on_hand);
  }
});
