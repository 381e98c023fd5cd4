import { beforeEach, describe, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { forOther, newKey } from "../support/keys.ts";
import { cartOf, createVariant, letTimePass, newShopper, release, reserveBatch } from "../support/shop.ts";
import { useKeyedShopper } from "./keyed-shopper.ts";
import { begin, rollback, transfer } from "./sessions.ts";

// The same key is the same wish: it is answered again, and done once.

const db = useTestDatabase();
const at = useKeyedShopper(db);
const { wish, ask, reserved, kept, ageKeys } = at;

const haveBeenHere = (id: string) => db.sql`insert into shoppers (id) values (${id})`;

describe.each(["a stranger", "somebody who has been here"])("%s", (who) => {
  beforeEach(async () => {
    if (who !== "a stranger") await haveBeenHere(at.shopperId);
  });

  test("who sends the same key again has one hold, and the same answer", async () => {
    const first = await ask(2);
    expect(first.outcome).toBe("held");
    expect(await ask(2)).toEqual(first);
    expect(await ask(2)).toEqual(first);
    expect(await reserved()).toBe(2);
    expect(await kept()).toBe(1);
  });

  test("who sends no key holds again, and leaves nothing", async () => {
    await ask(2, {});
    await ask(2, {});
    expect(await reserved()).toBe(4);
    expect(await kept()).toBe(0);
  });

  test("who sends the key with another body is told so, and nothing changes", async () => {
    await ask(2);
    expect(await ask(3, forOther(at.key))).toEqual({ outcome: "idempotency_mismatch", lines: [] });
    expect(await reserved()).toBe(2);
    expect(await ask(2)).toMatchObject({ outcome: "held" });
  });

  test("who had the last unit is told so again, though the shelf is empty now", async () => {
    const first = await ask(10);
    expect(await ask(10)).toEqual(first);
    const crowd = [newShopper(), newShopper()].map((other) => ({ ...wish(10, newKey()), shopperId: other }));
    const answers = await reserveBatch(db.sql, [...crowd, wish(10)]);
    expect(answers.map(({ outcome }) => outcome)).toEqual([
      "insufficient_stock",
      "insufficient_stock",
      "held",
    ]);
    expect(answers[2]).toEqual(first);
  });

  test("who was refused left nothing, and is asked again", async () => {
    expect(await ask(11)).toMatchObject({ outcome: "insufficient_stock" });
    expect(await kept()).toBe(0);
    await db.sql`update stock_levels set on_hand = 11 where variant_id = ${at.variantId}`;
    expect(await ask(11)).toMatchObject({ outcome: "held" });
    expect(await kept()).toBe(1);
  });

  test("the same key twice in one batch is one effect with one answer; with another body it is refused", async () => {
    const other = newShopper();
    const requests = [
      wish(2),
      { ...wish(1, {}), shopperId: other },
      wish(2),
      wish(3, forOther(at.key)),
      wish(2),
    ];
    const answers = await reserveBatch(db.sql, requests);
    expect(answers.map(({ outcome }) => outcome)).toEqual([
      "held",
      "held",
      "held",
      "idempotency_mismatch",
      "held",
    ]);
    expect(answers[2]).toEqual(answers[0]);
    expect(answers[4]).toEqual(answers[0]);
    expect(await reserved()).toBe(3);
  });

  test("known and new requests of a batch are answered in their order", async () => {
    const first = await ask(1);
    const requests = [wish(4, newKey()), wish(1), { ...wish(2, newKey()), shopperId: newShopper() }];
    const answers = await reserveBatch(db.sql, requests);
    expect(answers.map(({ lines: [line] }) => line?.reservation?.quantity)).toEqual([5, 1, 2]);
    expect(answers[1]).toEqual(first);
    expect(await reserved()).toBe(7);
  });

  test("who is refused in a batch in which others are served leaves nothing", async () => {
    const others = [newShopper(), newShopper()].map((id) => ({ ...wish(2, newKey()), shopperId: id }));
    const answers = await reserveBatch(db.sql, [...others, wish(11)]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(["held", "held", "insufficient_stock"]);
    expect(await kept()).toBe(0);
    for (const { shopperId: id } of others) {
      expect(await db.sql`select 1 from idempotency_keys where shopper_id = ${id}`).toHaveLength(1);
    }
  });

  test("with the transaction goes its key: what was rolled back is done the next time", async () => {
    const session = db.connect();
    await begin(session);
    await reserveBatch(session, [wish(2)]);
    await rollback(session);
    expect(await kept()).toBe(0);
    expect(await ask(2)).toMatchObject({ outcome: "held" });
    expect(await reserved()).toBe(2);
  });
});

test("two shoppers may have the same key", async () => {
  const other = newShopper();
  const [mine, theirs] = await reserveBatch(db.sql, [wish(2), { ...wish(3), shopperId: other }]);
  expect([mine?.outcome, theirs?.outcome]).toEqual(["held", "held"]);
  expect(await reserved()).toBe(5);
  const again = await reserveBatch(db.sql, [{ ...wish(3), shopperId: other }, wish(2)]);
  expect(again).toEqual([theirs, mine]);
  expect(await reserved()).toBe(5);
});

test("an answer is kept for 24 hours, whatever became of the hold, and then the key is free", async () => {
  const first = await ask(2);
  await letTimePass(db, 3600, at.shopperId);
  await ageKeys("23 hours 59 minutes");
  expect(await ask(2)).toEqual(first);
  expect(await reserved()).toBe(2);
  expect((await cartOf(db.sql, at.shopperId)).totalQuantity).toBe(0);
  await ageKeys("2 minutes");
  const second = await ask(3, forOther(at.key));
  expect(second).toMatchObject({ outcome: "held" });
  expect(await ask(3, forOther(at.key))).toEqual(second);
  expect(await kept()).toBe(1);
});

test("the shopper of a deleted row begins anew, whatever was kept", async () => {
  await ask(2);
  await release(db.sql, at.shopperId);
  await db.sql`delete from shoppers where id = ${at.shopperId}`;
  expect(await ask(3, forOther(at.key))).toMatchObject({ outcome: "held" });
  expect(await kept()).toBe(1);
});

test("a cart in part is kept as it was answered", async () => {
  const few = await createVariant(db.sql, 1);
  const lines = [...wish().lines, { variantId: few, quantity: 3 }];
  const cart = { ...wish(), mode: "partial" as const, lines };
  const [first] = await reserveBatch(db.sql, [cart]);
  expect(first).toMatchObject({ outcome: "partial", lines: [{ outcome: "held" }, { shortfall: 2 }] });
  expect(await reserveBatch(db.sql, [cart])).toEqual([first]);
  expect(await reserved()).toBe(1);
});

describe("signing in", () => {
  const user = newShopper;

  test("takes the keys along: a late repetition is answered again, with the old identity and the new", async () => {
    const into = user();
    const first = await ask(2);
    await transfer(db.sql, at.shopperId, into);
    expect(await ask(2)).toEqual(first);
    expect(await reserveBatch(db.sql, [{ ...wish(2), shopperId: into }])).toEqual([first]);
    expect(await reserved()).toBe(2);
    expect(await kept()).toBe(0);
  });

  test("is seen by a late repetition though the shelf is empty", async () => {
    const into = user();
    const first = await ask(10);
    await transfer(db.sql, at.shopperId, into);
    const stranger = { ...wish(10, {}), shopperId: newShopper() };
    expect((await reserveBatch(db.sql, [wish(10)]))[0]).toEqual(first);
    expect((await reserveBatch(db.sql, [stranger, wish(10)]))[1]).toEqual(first);
  });

  test("leaves the user the user's own answer to the same key, unless it is too old", async () => {
    const into = user();
    const as = (id: string, quantity: number) => reserveBatch(db.sql, [{ ...wish(quantity), shopperId: id }]);
    const theirs = await as(into, 2);
    await as(at.shopperId, 3);
    await transfer(db.sql, at.shopperId, into);
    expect(await as(into, 2)).toEqual(theirs);

    const [guest, old] = [newShopper(), newShopper()];
    await as(old, 1);
    await ageKeys("25 hours");
    const own = await as(guest, 1);
    await transfer(db.sql, guest, old);
    expect(await as(old, 1)).toEqual(own);
  });
});
