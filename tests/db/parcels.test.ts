import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  createVariant,
  expectConsistent,
  type Hold,
  hold,
  must,
  newShopper,
  reserveBatch,
  setQuantity,
} from "../support/shop.ts";
import { transfer } from "./sessions.ts";

// A line is one parcel: where it is, or moved as a whole to where all of it is.

const db = useTestDatabase();
let shopperId = "";
let variantId = "";

beforeEach(() => {
  shopperId = newShopper();
});
afterEach(() => expectConsistent(db.sql));

/** A line of the shopper's, at the location that comes first. */
async function lineOf(quantity: number, onHand: number): Promise<Hold> {
  variantId = await createVariant(db.sql, onHand);
  return hold(db.sql, shopperId, variantId, quantity);
}
const set = (who: string, quantity: number) => ({
  shopperId: who,
  quantityMode: "set" as const,
  lines: [{ variantId, quantity }],
});

test("what is held counts where it is, and nowhere else", async () => {
  const { reservationId } = await lineOf(2, 2);
  await addLocation(db.sql, variantId, 3, 9);
  expect(await setQuantity(db.sql, shopperId, reservationId, 4)).toMatchObject({
    outcome: "insufficient_stock",
    available: 1,
    shortfall: 1,
  });
});

test("a part is what the fullest location has, with what is held there", async () => {
  const { locationId } = await lineOf(3, 4);
  await addLocation(db.sql, variantId, 3, 9);
  const [answer] = await reserveBatch(db.sql, [{ ...set(shopperId, 5), mode: "partial" }]);
  expect(answer).toMatchObject({ outcome: "partial", lines: [{ reservation: { locationId, quantity: 4 } }] });
});

test("a line moves to no location where another of its shopper's is", async () => {
  const { reservationId } = await lineOf(2, 2);
  await addLocation(db.sql, variantId, 5, 8);
  const guest = newShopper();
  await hold(db.sql, guest, variantId);
  const locationId = await addLocation(db.sql, variantId, 5, 9);
  expect(await transfer(db.sql, guest, shopperId)).toMatchObject({ moved: 1 });
  expect(await setQuantity(db.sql, shopperId, reservationId, 3)).toMatchObject({
    outcome: "held",
    reservation: { locationId },
  });
});

test("a line that moved comes back within the batch, where others gave back", async () => {
  const { locationId } = await lineOf(1, 10);
  const other = newShopper();
  await hold(db.sql, other, variantId, 8);
  const elsewhere = await addLocation(db.sql, variantId, 4, 9);
  const answers = await reserveBatch(db.sql, [set(shopperId, 3), set(other, 1), set(shopperId, 6)]);
  expect(answers.map(({ lines }) => must(must(lines[0]).reservation).locationId)).toEqual([
    elsewhere,
    locationId,
    locationId,
  ]);
});
