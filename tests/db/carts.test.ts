import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  must,
  newShopper,
  release,
  reserve,
  reserveBatch,
  stockOf,
} from "../support/shop.ts";
import { commit, lockLevels, startBlocked } from "./sessions.ts";

const db = useTestDatabase();
let a = "";
let b = "";

beforeEach(async () => {
  // Sorted as locks are.
  [a, b] = [await createVariant(db.sql, 3), await createVariant(db.sql, 3)].sort() as [string, string];
});

afterEach(() => expectConsistent(db.sql));

test("a cart is held whole, in the order in which its lines were sent", async () => {
  const lines = [
    { variantId: b, quantity: 2 },
    { variantId: a, quantity: 1 },
  ];
  const [answer] = await reserveBatch(db.sql, [{ shopperId: newShopper(), lines }]);
  expect(answer).toMatchObject({
    outcome: "held",
    lines: [
      { variantId: b, outcome: "held", reservation: { quantity: 2 } },
      { variantId: a, outcome: "held", reservation: { quantity: 1 } },
    ],
  });
});

test("all_or_nothing holds no line of a cart in which one line is short", async () => {
  const shopperId = newShopper();
  const lines = [
    { variantId: a, quantity: 2 },
    { variantId: b, quantity: 4 },
  ];
  const [answer] = await reserveBatch(db.sql, [{ shopperId, lines }]);
  expect(answer).toMatchObject({
    outcome: "insufficient_stock",
    lines: [
      { variantId: a, outcome: "not_attempted", requested: 2 },
      { variantId: b, outcome: "insufficient_stock", requested: 4, available: 3, shortfall: 1 },
    ],
  });
  expect((await stockOf(db.sql, a)).reserved + (await stockOf(db.sql, b)).reserved).toBe(0);
});

test("all_or_nothing with one short line leaves a cart that was held before as it was", async () => {
  const shopperId = newShopper();
  await reserve(db.sql, shopperId, a, 1);
  const lines = [
    { variantId: a, quantity: 1 },
    { variantId: b, quantity: 4 },
  ];
  await reserveBatch(db.sql, [{ shopperId, lines }]);
  expect((await stockOf(db.sql, a)).reserved).toBe(1);
});

test("partial holds what there is and says the shortfall line by line", async () => {
  await reserve(db.sql, newShopper(), b, 3);
  const c = await createVariant(db.sql, 9);
  const lines = [
    { variantId: a, quantity: 5 },
    { variantId: b, quantity: 1 },
    { variantId: c, quantity: 9 },
  ];
  const [answer] = await reserveBatch(db.sql, [{ shopperId: newShopper(), mode: "partial", lines }]);
  expect(answer).toMatchObject({
    outcome: "partial",
    lines: [
      { outcome: "insufficient_stock", shortfall: 2, available: 3, reservation: { quantity: 3 } },
      { outcome: "insufficient_stock", shortfall: 1, available: 0 },
      { outcome: "held", reservation: { quantity: 9 } },
    ],
  });
  expect(must(must(answer).lines[1]).reservation).toBeUndefined();
});

test("partial of which nothing can be held is a refusal", async () => {
  const [answer] = await reserveBatch(db.sql, [
    {
      shopperId: newShopper(),
      mode: "partial",
      lines: [{ variantId: await createVariant(db.sql, 0), quantity: 1 }],
    },
  ]);
  expect(answer?.outcome).toBe("insufficient_stock");
});

test("lines of the same variant are summed, so that they cannot pass the stock one by one", async () => {
  const line = { variantId: a, quantity: 2 };
  const [refused] = await reserveBatch(db.sql, [{ shopperId: newShopper(), lines: [line, line] }]);
  expect(refused).toMatchObject({ outcome: "insufficient_stock", lines: [{ requested: 4, shortfall: 1 }] });

  const [held] = await reserveBatch(db.sql, [
    { shopperId: newShopper(), lines: [line, { ...line, quantity: 1 }] },
  ]);
  expect(held?.lines).toHaveLength(1);
  expect(held).toMatchObject({ outcome: "held", lines: [{ requested: 3, reservation: { quantity: 3 } }] });
});

test("carts that name two variants in opposite orders queue up, whoever stands between them", async () => {
  const [between, first, second] = [db.connect(), db.connect(), db.connect()];
  await lockLevels(between, b);
  const forward = await startBlocked(db, first, (session) =>
    reserveBatch(session, [{ shopperId: newShopper(), lines: cart(a, b) }]),
  );
  const backward = await startBlocked(db, second, (session) =>
    reserveBatch(session, [{ shopperId: newShopper(), lines: cart(b, a) }]),
  );
  await commit(between);
  // Locked in the order of the lines, each would now hold what the other waits for.
  expect((await forward.result)[0]?.outcome).toBe("held");
  expect((await backward.result)[0]?.outcome).toBe("insufficient_stock");
});

test("a batch with an unpublished variant locks in the same order as everybody", async () => {
  const shopperId = newShopper();
  await reserveBatch(db.sql, [{ shopperId, lines: cart(a, b) }]);
  await publish(a, false);
  const [between, emptying, batching] = [db.connect(), db.connect(), db.connect()];
  await lockLevels(between, a);
  const emptied = await startBlocked(db, emptying, (session) => release(session, shopperId));
  // Had it locked what is published first, it would now hold what the other needs next.
  const batched = await startBlocked(db, batching, (session) =>
    reserveBatch(
      session,
      [b, a].map((variantId) => ({ shopperId: newShopper(), lines: [{ variantId, quantity: 1 }] })),
    ),
  );
  await commit(between);
  expect((await emptied.result).released).toBe(2);
  expect((await batched.result).map((answer) => answer.outcome)).toEqual(["held", "variant_not_found"]);
});

test("emptying a cart while the same shopper adds to it ends in no deadlock with a third one's cart", async () => {
  const shopperId = newShopper();
  await reserve(db.sql, shopperId, b, 1);
  const [between, emptying, adding, third] = [db.connect(), db.connect(), db.connect(), db.connect()];
  await lockLevels(between, b);
  const emptied = await startBlocked(db, emptying, (session) => release(session, shopperId));
  // Let in now, the release would meet a hold whose level it had not locked in its turn.
  const added = await startBlocked(db, adding, (session) => reserve(session, shopperId, a, 1));
  const cartOfThird = await startBlocked(db, third, (session) =>
    reserveBatch(session, [{ shopperId: newShopper(), lines: cart(a, b) }]),
  );
  await commit(between);
  expect((await emptied.result).released).toBe(1);
  expect((await added.result).outcome).toBe("held");
  expect((await cartOfThird.result)[0]?.outcome).toBe("held");
});

const publish = (variantId: string, isPublished: boolean) => db.sql`
  update products set published_at = ${isPublished ? new Date() : null}
  where id = (select product_id from variants where id = ${variantId})`;

const cart = (...variantIds: string[]) => variantIds.map((variantId) => ({ variantId, quantity: 2 }));
