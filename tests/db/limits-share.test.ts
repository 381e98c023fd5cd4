import { afterEach, describe, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  type Answer,
  addLocation,
  createVariant,
  expectConsistent,
  extend,
  letTimePass,
  must,
  release,
  reserveBatch,
  setQuantity,
  stockOf,
} from "../support/shop.ts";
import { countOutcomes, inCrowd, openCrowd } from "./crowd.ts";
import { newSource, outcomesOf, type Sourced, wish } from "./sources.ts";

const db = useTestDatabase();
afterEach(() => expectConsistent(db.sql));

const ask = (requests: Sourced[], sql: Sql = db.sql): Promise<Answer[]> => reserveBatch(sql, requests);

describe("the share of an address", () => {
  const share = { outcome: "limit_reached", limit: { name: "max_units_per_address", value: 5 } };

  test("a crowd of identities holds no more than the share, and an honest shopper still gets a unit", async () => {
    const variantId = await createVariant(db.sql, 20);
    const bot = newSource();
    const sessions = await openCrowd(db, 40);
    const jobs = Array.from({ length: 300 }, () => wish(bot, variantId));
    const results = await inCrowd(sessions, jobs, (session, job) => ask([job], session));
    await Promise.all(sessions.map((session) => session.end()));
    const all = results.flatMap(({ result }) => result);
    expect(countOutcomes(all)).toEqual({ held: 5, limit_reached: 295 });
    expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 20, reserved: 5 });
    expect(outcomesOf(await ask([wish(newSource(), variantId)]))).toEqual(["held"]);
    expect(outcomesOf(await ask([wish(undefined, variantId)]))).toEqual(["held"]);
  });

  test("batches in many sessions at once, of many sources, give each its share and no more", async () => {
    const variantId = await createVariant(db.sql, 40);
    const sources = [newSource(), newSource(), newSource()];
    const sessions = await openCrowd(db, 12);
    const jobs = Array.from({ length: 24 }, () =>
      Array.from({ length: 12 }, (_, nth) => wish(sources[nth % 3], variantId, 1 + (nth % 2))),
    );
    await inCrowd(sessions, jobs, (session, job) => ask(job, session));
    await Promise.all(sessions.map((session) => session.end()));
    for (const source of sources) {
      const [row] = await db.sql`select sum(r.quantity)::int as units from reservations r
        join source_holders h using (shopper_id, variant_id) where h.source = ${source}
          and r.variant_id = ${variantId} and r.status = 'active'`;
      expect(row?.units).toBe(10);
    }
  });

  test("within one batch: in order of arrival, and others are not touched", async () => {
    const variantId = await createVariant(db.sql, 20);
    const [bot, other] = [newSource(), newSource()];
    const answers = await ask([
      wish(bot, variantId, 3),
      wish(other, variantId, 2),
      wish(bot, variantId, 3),
      wish(undefined, variantId, 4),
      wish(bot, variantId, 2),
      wish(bot, variantId, 1),
    ]);
    expect(outcomesOf(answers)).toEqual(["held", "held", "limit_reached", "held", "held", "limit_reached"]);
    const refused = must(must(answers[2]).lines[0]);
    expect(refused).toMatchObject({ ...share, requested: 3, shortfall: 3 });
    expect(refused.limit, "waiting does not help").not.toHaveProperty("retryAfterSeconds");
    expect(must(answers[3]).lines[0]).toMatchObject({ requested: 4, reservation: { quantity: 4 } });
    expect(await stockOf(db.sql, variantId)).toMatchObject({ reserved: 11 });
  });

  test("a few units may be held in any case, and at most as many as the shop says", async () => {
    const [few, many] = [await createVariant(db.sql, 4), await createVariant(db.sql, 10_000)];
    const source = newSource();
    expect(outcomesOf(await ask([wish(source, few, 3), wish(source, few, 1)]))).toEqual([
      "held",
      "limit_reached",
    ]);
    const large = Array.from({ length: 11 }, () => wish(source, many, 100));
    expect(countOutcomes(await ask(large))).toEqual({ held: 10, limit_reached: 1 });
  });

  test("it is a share of what can be held at all: over all locations, without safety stock", async () => {
    const variantId = await createVariant(db.sql, 20, { safetyStock: 8 });
    await addLocation(db.sql, variantId, 12, 1);
    const source = newSource();
    const answers = await ask(Array.from({ length: 7 }, () => wish(source, variantId)));
    expect(countOutcomes(answers)).toEqual({ held: 6, limit_reached: 1 });
  });

  test("units that came back or lapsed count no more", async () => {
    const variantId = await createVariant(db.sql, 20);
    const source = newSource();
    const [first, second] = [wish(source, variantId, 3), wish(source, variantId, 2)];
    await ask([first, second]);
    expect(outcomesOf(await ask([wish(source, variantId)]))).toEqual(["limit_reached"]);
    await release(db.sql, first.shopperId);
    expect(outcomesOf(await ask([wish(source, variantId, 3)]))).toEqual(["held"]);
    await letTimePass(db, 901);
    expect(outcomesOf(await ask([wish(source, variantId, 5)]))).toEqual(["held"]);
  });

  test("a hold that is being paid counts", async () => {
    const variantId = await createVariant(db.sql, 20);
    const source = newSource();
    const [answer] = await ask([wish(source, variantId, 5)]);
    const id = must(must(answer).lines[0]?.reservation).reservationId;
    await db.sql`update reservations set status = 'paying' where id = ${id}`;
    expect(outcomesOf(await ask([wish(source, variantId)]))).toEqual(["limit_reached"]);
  });

  test("a guest who became a user counts once, as that user", async () => {
    const variantId = await createVariant(db.sql, 20);
    const source = newSource();
    const [guest, user] = [wish(source, variantId, 2), wish(source, variantId, 2)];
    await ask([guest, user]);
    await db.sql`select transfer_reservations(${guest.shopperId}, ${user.shopperId})`;
    expect(outcomesOf(await ask([wish(source, variantId, 2)]))).toEqual(["limit_reached"]);
    expect(outcomesOf(await ask([wish(source, variantId, 1)]))).toEqual(["held"]);
  });

  test("a hold does not outgrow the share by a new quantity, nor by being taken again", async () => {
    const variantId = await createVariant(db.sql, 20);
    const source = newSource();
    const asked = wish(source, variantId, 2);
    const [answer] = await ask([asked]);
    const id = must(must(answer).lines[0]?.reservation).reservationId;
    expect(await setQuantity(db.sql, asked.shopperId, id, 6)).toMatchObject(share);
    expect(await setQuantity(db.sql, asked.shopperId, id, 5)).toMatchObject({ outcome: "held" });
    await letTimePass(db, 901, asked.shopperId);
    await ask([wish(source, variantId, 3)]);
    const [again] = await extend(db.sql, asked.shopperId, [id]);
    expect(again).toMatchObject({ outcome: "expired", refusal: "limit_reached" });
    expect(await setQuantity(db.sql, asked.shopperId, id, 2)).toMatchObject({ outcome: "held" });
  });

  test("setting a line counts what is added, and giving units back is never refused", async () => {
    const variantId = await createVariant(db.sql, 20);
    const source = newSource();
    const asked = wish(source, variantId, 4);
    const set = (quantity: number): Sourced => ({
      ...asked,
      quantityMode: "set",
      lines: [{ variantId, quantity }],
    });
    expect(outcomesOf(await ask([asked]))).toEqual(["held"]);
    for (const [quantity, outcome] of [
      [5, "held"],
      [6, "limit_reached"],
      [5, "held"],
    ] as const) {
      expect(outcomesOf(await ask([set(quantity)]))).toEqual([outcome]);
    }
    // The share became smaller than what is held already.
    await db.sql`update stock_levels set on_hand = 12 where variant_id = ${variantId}`;
    expect(outcomesOf(await ask([set(5)]))).toEqual(["held"]);
    expect(outcomesOf(await ask([set(1)]))).toEqual(["held"]);
  });

  test("several requests of one shopper in one batch are judged by what they come to", async () => {
    const variantId = await createVariant(db.sql, 20);
    const asked = wish(newSource(), variantId, 4);
    const set = (quantity: number): Sourced => ({
      ...asked,
      quantityMode: "set",
      lines: [{ variantId, quantity }],
    });
    expect(outcomesOf(await ask([asked, set(5)]))).toEqual(["held", "held"]);
    expect(outcomesOf(await ask([set(1), set(6)]))).toEqual(["held", "limit_reached"]);
    expect(await stockOf(db.sql, variantId)).toMatchObject({ reserved: 1 });
  });

  test("a cart of which one line is too much is refused with all its lines", async () => {
    const [one, other] = [await createVariant(db.sql, 20), await createVariant(db.sql, 20)];
    const cart = wish(newSource(), one, 6, {
      lines: [one, other].map((variantId, nth) => ({ variantId, quantity: 6 - nth })),
    });
    const [answer] = await ask([cart]);
    expect(must(answer).lines.map((line) => [line.outcome, line.limit?.value])).toEqual([
      ["limit_reached", 5],
      ["limit_reached", 5],
    ]);
    expect(await stockOf(db.sql, other)).toMatchObject({ reserved: 0 });
  });

  test("what was done once is answered again, also where the share would refuse it by now", async () => {
    const variantId = await createVariant(db.sql, 20);
    const source = newSource();
    const once = wish(source, variantId, 5, { idempotencyKey: "one", bodyHash: "a".repeat(64) });
    const [first] = await ask([once]);
    expect(outcomesOf(await ask([wish(source, variantId, 1)]))).toEqual(["limit_reached"]);
    expect(await ask([once, wish(source, variantId, 1), wish(newSource(), variantId)])).toMatchObject([
      must(first),
      { outcome: "limit_reached" },
      { outcome: "held" },
    ]);
    expect(await stockOf(db.sql, variantId)).toMatchObject({ reserved: 6 });
  });

  test("a shop may do without", async () => {
    const variantId = await createVariant(db.sql, 20);
    await db.sql`update store_settings set max_share_per_address_percent = 100`;
    expect(outcomesOf(await ask([wish(newSource(), variantId, 20)]))).toEqual(["held"]);
    await db.sql`update store_settings set max_share_per_address_percent = 25`;
  });

  test("who is refused leaves neither a shopper nor a hold, and is counted among the refusals", async () => {
    const variantId = await createVariant(db.sql, 20);
    const asked = wish(newSource(), variantId, 6);
    await ask([asked]);
    const [shoppers] = await db.sql`select count(*)::int as n from shoppers where id = ${asked.shopperId}`;
    expect(shoppers?.n).toBe(0);
    const refused = await db.sql`select reason, requests::int, units::int from reservation_refusals
      where variant_id = ${variantId}`;
    expect([...refused]).toEqual([{ reason: "limit_reached", requests: 1, units: 6 }]);
  });
});
