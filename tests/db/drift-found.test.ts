import { beforeEach, expect, test } from "vitest";
import { pinCart } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  asSuperuser,
  createVariant,
  type Hold,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  sweep,
} from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { transfer } from "./sessions.ts";

// What counts as drift and what does not, and in which order it is told. Drift that nothing of ours can cause is
// planted by a superuser whose session fires no triggers.

const db = useTestDatabase();
let shopperId = "";
let variantId = "";
let mine: Hold;

beforeEach(async () => {
  shopperId = newShopper();
  variantId = await createVariant(db.sql, 9);
  mine = await hold(db.sql, shopperId, variantId);
});

type Finding = { kind: string; variantId: string; found: string };
const plant = (statement: string) => asSuperuser(db, (tx) => tx.unsafe(statement));
const giveBack = () => release(db.sql, shopperId);

/** The kinds of what is wrong with the variant: the tests share a database, and leave it broken. */
async function kinds(): Promise<string[]> {
  const findings: Finding[] = await answerOf(db.sql, "validate_stock_consistency()");
  return findings.filter((finding) => finding.variantId === variantId).map(({ kind }) => kind);
}

test("a payment needs its holds to be the payer's, and to be in payment", async () => {
  await pinCart(db.sql, shopperId);
  expect(await kinds()).toEqual([]);
  const other = newShopper();
  await hold(db.sql, other, variantId);
  for (const wrong of [`shopper_id = '${other}'`, "status = 'active'"]) {
    await plant(`update reservations set ${wrong} where id = '${mine.reservationId}'`);
    expect(await kinds()).toEqual(["payment_without_hold"]);
    await plant(`update reservations set shopper_id = '${shopperId}', status = 'paying'
      where id = '${mine.reservationId}'`);
  }
});

test("what is in payment does not lapse: its end is no bound", async () => {
  await pinCart(db.sql, shopperId);
  const lapsing = newShopper();
  await hold(db.sql, lapsing, variantId);
  await letTimePass(db, 901);
  await sweep(db.sql);
  const [level] = await db.sql`select next_expiry_at > now() as is_ahead from stock_levels
    where variant_id = ${variantId}`;
  expect(must(level).is_ahead).toBe(true);
  expect(await kinds()).toEqual([]);
});

test("what has ended needs no level any more", async () => {
  await giveBack();
  await db.sql`delete from stock_levels where variant_id = ${variantId}`;
  expect(await kinds()).toEqual([]);
});

test("what has ended may have stayed with a guest who became a user", async () => {
  await giveBack();
  await transfer(db.sql, shopperId, newShopper());
  await plant(`update reservations set shopper_id = '${shopperId}' where id = '${mine.reservationId}'`);
  expect(await kinds()).toEqual([]);
});

test("a hold needs a level at its own location", async () => {
  await addLocation(db.sql, variantId, 5, 1);
  await plant(
    `delete from stock_levels where variant_id = '${variantId}' and location_id = '${mine.locationId}'`,
  );
  expect(await kinds()).toEqual(["hold_without_level", "ledger_drift"]);
});

test("shoppers without a row are told in the order of their ids, as they are locked", async () => {
  const [first, last] = [newShopper(), newShopper()].toSorted() as [string, string];
  const variants = [await createVariant(db.sql, 1), await createVariant(db.sql, 1)].toSorted();
  await hold(db.sql, last, must(variants[0]));
  await hold(db.sql, first, must(variants[1]));
  await plant(`delete from shoppers where id in ('${first}', '${last}')`);
  const { findings } = await answerOf(db.sql, "repair_stock_consistency()");
  const found = (findings as Finding[]).filter(({ kind }) => kind === "hold_without_shopper");
  expect(found.map((finding) => finding.found)).toEqual([first, last]);
});
