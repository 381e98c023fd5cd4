import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { type Keyed, newKey } from "../support/keys.ts";
import {
  asSuperuser,
  createVariant,
  expectConsistent,
  must,
  newShopper,
  type Request,
  release,
  reserveBatch,
} from "../support/shop.ts";
import { transfer } from "./sessions.ts";

// Who asks again for what they were given is refused by no limit; who only looks as if they did is.

const db = useTestDatabase();
let variantId = "";
const tooMany = { outcome: "limit_reached" };

beforeEach(async () => {
  variantId = await createVariant(db.sql, 20);
});
afterEach(() => expectConsistent(db.sql));

const ask = async (shopperId: string, quantity: number, more: object = {}) =>
  must(
    (
      await reserveBatch(db.sql, [
        { shopperId, source: "bot", lines: [{ variantId, quantity }], ...more } as Request,
      ])
    )[0],
  );
/** Somebody else of the same address takes all that it may have: a quarter of what is there. */
const takeTheShare = () => ask(newShopper(), 5);

async function askAndGiveBack(shopperId: string, key: Keyed) {
  expect(await ask(shopperId, 1, key)).toMatchObject({ outcome: "held" });
  await release(db.sql, shopperId);
}

test("an answer that was kept is given again, also where the share is taken", async () => {
  const [shopperId, key] = [newShopper(), newKey()];
  await askAndGiveBack(shopperId, key);
  await takeTheShare();
  expect(await ask(shopperId, 1, key)).toMatchObject({ outcome: "held" });
});

test("a key of the day before yesterday excuses nobody", async () => {
  const [shopperId, key] = [newShopper(), newKey()];
  await askAndGiveBack(shopperId, key);
  await takeTheShare();
  await asSuperuser(db, (tx) => tx`update idempotency_keys set created_at = created_at - interval '25 h'`);
  expect(await ask(shopperId, 1, key)).toMatchObject(tooMany);
});

test("the same key of somebody else, who was a guest, excuses nobody", async () => {
  const [guest, user, stranger, key] = [newShopper(), newShopper(), newShopper(), newKey()];
  await askAndGiveBack(guest, key);
  await transfer(db.sql, guest, user);
  expect(await ask(stranger, 1)).toMatchObject({ outcome: "held" });
  await release(db.sql, stranger);
  await takeTheShare();
  expect(await ask(stranger, 1, key)).toMatchObject(tooMany);
});

test("a late request of the guest keeps what is the user's by now", async () => {
  const [guest, user] = [newShopper(), newShopper()];
  expect(await ask(guest, 5)).toMatchObject({ outcome: "held" });
  await transfer(db.sql, guest, user);
  // Fewer are on the shelf, so the share of the address is one.
  await asSuperuser(db, (tx) => tx`update stock_levels set on_hand = 6 where variant_id = ${variantId}`);
  expect(await ask(guest, 5, { quantityMode: "set" })).toMatchObject({ outcome: "held" });
});

test("who sends two requests without a key beside one with a key has sent two", async () => {
  const shopperId = newShopper();
  const wish = { shopperId, lines: [{ variantId, quantity: 1 }] };
  const answers = await reserveBatch(db.sql, [wish, { ...wish, ...newKey() }, wish] as Request[]);
  expect(answers.map(({ outcome }) => outcome)).toEqual(["held", "held", "held"]);
});
