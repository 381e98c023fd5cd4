import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { hold } from "../support/shop.ts";
import { useKeyedShopper } from "./keyed-shopper.ts";

// A key is kept for what was changed under it.

const db = useTestDatabase();
const at = useKeyedShopper(db);

test("a line that is set to what it is already changes nothing, and its key may come again", async () => {
  await hold(db.sql, at.shopperId, at.variantId, 2);
  const setTo = (quantity: number) => at.ask(quantity, { ...at.key, quantityMode: "set" });
  expect((await setTo(2)).outcome).toBe("held");
  expect(await at.kept()).toBe(0);
  expect((await setTo(3)).outcome).toBe("held");
  expect(await at.kept()).toBe(1);
});
