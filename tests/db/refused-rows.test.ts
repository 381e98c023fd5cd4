import { afterAll, beforeAll, expect, test } from "vitest";
import { buy } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { addLocation, createVariant, expectConsistent, hold, newShopper } from "../support/shop.ts";
import { sqlStateOf } from "./sessions.ts";

// What is there once, and what a mail or a shopper may not say, whoever types it. All of it is refused, so all tests
// share what they are about.

const db = useTestDatabase();
const ids: Record<string, string> = {};

beforeAll(async () => {
  const variantId = await createVariant(db.sql, 9);
  await addLocation(db.sql, variantId, 1, 9);
  await db.sql`update store_settings set hold_seconds = 600`;
  const shopper = newShopper();
  await hold(db.sql, shopper, variantId);
  const { orderId } = await buy(db.sql, shopper);
  const { reservationId } = await hold(db.sql, shopper, variantId);
  Object.assign(ids, { shopper, order: orderId, hold: reservationId });
});
afterAll(() => expectConsistent(db.sql));

const type = (statement: string) =>
  sqlStateOf(db.sql.unsafe(statement.replace(/(?<!:):([a-z]+)/g, (_, name: string) => `'${ids[name]}'`)));

test.each([
  ["the settings", "insert into store_settings default values"],
  ["a location's code", "insert into locations (code, name) values ('main', 'Another')"],
  [
    "a hold's id, whoever holds",
    `insert into reservations (id, shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at,
       max_expires_at)
     select id, gen_random_uuid(), variant_id, location_id, 1, duration_seconds, created_at, expires_at, max_expires_at
     from reservations where id = :hold`,
  ],
  [
    "a mail's id, whatever it says",
    "insert into outgoing_mails (id, order_id, kind) select id, order_id, 'shipped' from outgoing_mails",
  ],
])("there once: %s", async (_, statement) => {
  expect(await type(statement)).toBe("23505");
});

test.each([
  ["of no kind that we know", "insert into outgoing_mails (order_id, kind) values (:order, 'greeting')"],
  ["tried less than never", "update outgoing_mails set attempts = -1"],
])("no mail is %s", async (_, statement) => {
  expect(await type(statement)).toBe("23514");
});

test.each([
  ["an order", "(order_id, kind) values (gen_random_uuid(), 'shipped')"],
  ["a refund", "(order_id, kind, refund_id) values (:order, 'refunded', gen_random_uuid())"],
])("no mail is about %s that is not there", async (_, values) => {
  expect(await type(`insert into outgoing_mails ${values}`)).toBe("23503");
});

test("nobody signs in as the guest that they are", async () => {
  expect(await type("update shoppers set merged_into = id where id = :shopper")).toBe("23514");
});
