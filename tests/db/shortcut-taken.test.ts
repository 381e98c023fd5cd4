import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { newKey } from "../support/keys.ts";
import {
  type Answer,
  addLocation,
  createVariant,
  expectConsistent,
  hold,
  newShopper,
  type Request,
} from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// Which batches the shortcut of reserve_stock answers itself, and which it leaves to the whole way.

const db = useTestDatabase();
let plenty = "";
let gone = "";
let scattered = "";

beforeEach(async () => {
  [plenty, gone] = [await createVariant(db.sql, 1000), await createVariant(db.sql, 2)];
  await hold(db.sql, newShopper(), gone, 2);
  scattered = await createVariant(db.sql, 5);
  await addLocation(db.sql, scattered, 5, 9);
});
afterEach(() => expectConsistent(db.sql));

const ask = (variantId: string, quantity: number, more: Partial<Request> = {}): Request => ({
  shopperId: newShopper(),
  lines: [{ variantId, quantity }],
  ...more,
});

/** How it answers each of them; null where it leaves them to the whole way. */
async function shortcut(requests: Request[]): Promise<string[] | null> {
  const answer: { answers: Answer[] } | null = await answerOf(db.sql, "private.reserve_at_once($1::jsonb)", [
    requests,
  ]);
  return answer?.answers.map(({ outcome }) => outcome) ?? null;
}

test.each([
  ["without a key", () => ({})],
  ["with a key", () => newKey()],
])("whoever is new and plain, %s, is served or refused at once", async (_, keyed) => {
  expect(await shortcut([ask(plenty, 1, keyed()), ask(plenty, 100, keyed())])).toEqual(["held", "held"]);
  const refused = ["insufficient_stock", "insufficient_stock"];
  expect(await shortcut([ask(gone, 1, keyed()), ask(gone, 2, keyed())])).toEqual(refused);
});

test.each<[string, () => Request]>([
  ["wants more than a line may have", () => ask(plenty, 101)],
  ["wants what lies at two locations", () => ask(scattered, 1)],
  ["takes part of it, and has a key", () => ask(gone, 3, { mode: "partial", ...newKey() })],
])("who %s goes the whole way", async (_, special) => {
  expect(await shortcut([special(), special()])).toBeNull();
});
