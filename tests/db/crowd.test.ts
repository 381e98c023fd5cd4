import { afterEach, beforeAll, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  must,
  newShopper,
  release,
  reserve,
  reserveBatch,
  stockOf,
  sweep,
} from "../support/shop.ts";
import { countOutcomes, inCrowd, openCrowd } from "./crowd.ts";

const db = useTestDatabase();
let crowd: Sql[] = [];

beforeAll(async () => {
  crowd = await openCrowd(db, 220);
});

afterEach(() => expectConsistent(db.sql));

test.each([
  { way: "by the shortcut", words: {} },
  { way: "by the whole way", words: { quantityMode: "add" as const } },
])(
  "of 500 shoppers who want the last unit exactly one gets it, and nobody sees an error ($way)",
  async ({ words }) => {
    const variantId = await createVariant(db.sql, 1);
    const shoppers = Array.from({ length: 500 }, newShopper);

    const answers = await inCrowd(crowd, shoppers, async (session, shopperId) =>
      must((await reserveBatch(session, [{ shopperId, ...words, lines: [{ variantId, quantity: 1 }] }]))[0]),
    );

    expect(countOutcomes(answers.map(({ result }) => result))).toEqual({ held: 1, insufficient_stock: 499 });
    expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 1, reserved: 1 });
  },
);

test("37 units are shared out among a crowd that wants one to five each, to the last that fits", async () => {
  const variantId = await createVariant(db.sql, 37);
  const jobs = Array.from({ length: 400 }, (_, i) => ({ shopperId: newShopper(), quantity: 1 + (i % 5) }));

  const answers = await inCrowd(crowd, jobs, (session, { shopperId, quantity }) =>
    reserve(session, shopperId, variantId, quantity),
  );

  const held = answers.filter(({ result }) => result.outcome === "held");
  const refused = answers.filter(({ result }) => result.outcome === "insufficient_stock");
  expect(held.length + refused.length).toBe(400);
  const units = held.reduce((sum, { job }) => sum + job.quantity, 0);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 37, reserved: units });
  // What is left was too little for everybody who was refused, because nobody gave anything back.
  const left = 37 - units;
  expect(left).toBeLessThan(Math.min(...refused.map(({ job }) => job.quantity)));
  const last = await reserve(db.sql, newShopper(), variantId, left + 1);
  expect(last).toMatchObject({ outcome: "insufficient_stock", available: left });
  if (left > 0) expect((await reserve(db.sql, newShopper(), variantId, left)).outcome).toBe("held");
});

test("carts that name the same variants in opposite orders never deadlock, and each is held whole or not at all", async () => {
  const a = await createVariant(db.sql, 60);
  const b = await createVariant(db.sql, 45);
  const c = await createVariant(db.sql, 75);
  const orders = [
    [a, b, c],
    [c, b, a],
    [b, c, a],
    [a, c],
    [c, b],
    [b, a],
  ];
  const jobs = Array.from({ length: 440 }, (_, i) => ({
    shopperId: newShopper(),
    lines: (orders[i % orders.length] ?? []).map((variantId) => ({ variantId, quantity: 1 + (i % 2) })),
  }));

  const answers = await inCrowd(crowd, jobs, (session, job) => reserveBatch(session, [job]));

  for (const { job, result } of answers) {
    const isHeld = result[0]?.outcome === "held";
    const held = await heldBy(job.shopperId);
    expect(held).toEqual(isHeld ? Object.fromEntries(job.lines.map((l) => [l.variantId, l.quantity])) : {});
  }
  expect(answers.some(({ result }) => result[0]?.outcome === "held")).toBe(true);
  expect(answers.some(({ result }) => result[0]?.outcome === "insufficient_stock")).toBe(true);
});

test("shoppers who take, change their mind and come back never pass what there is", async () => {
  const a = await createVariant(db.sql, 7);
  const b = await createVariant(db.sql, 5);
  const jobs = Array.from({ length: 440 }, (_, i) => ({ shopperId: newShopper(), kind: i % 4 }));

  await inCrowd(crowd, jobs, async (session, { shopperId, kind }) => {
    const [first, second] = kind % 2 === 0 ? [a, b] : [b, a];
    await reserve(session, shopperId, first, 2);
    await reserve(session, shopperId, second, 1);
    if (kind === 3) await sweep(session);
    if (kind > 0) await release(session, shopperId);
  });

  for (const variantId of [a, b]) {
    const { on_hand, reserved } = await stockOf(db.sql, variantId);
    expect(reserved).toBeLessThanOrEqual(on_hand);
  }
});

async function heldBy(shopperId: string): Promise<Record<string, number>> {
  const rows = await db.sql<{ variant_id: string; quantity: number }[]>`
    select variant_id, quantity from reservations where shopper_id = ${shopperId} and status = 'active'`;
  return Object.fromEntries(rows.map((row) => [row.variant_id, row.quantity]));
}
