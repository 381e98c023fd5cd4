import { afterEach, describe, expect, test } from "vitest";
import { buy } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  type Answer,
  availabilityOf,
  createVariant,
  expectConsistent,
  extend,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  reserve,
  reserveBatch,
  rowOf,
  setQuantity,
  stockOf,
} from "../support/shop.ts";
import { newSource, outcomesOf, type Sourced, wish } from "./sources.ts";

const db = useTestDatabase();
afterEach(() => expectConsistent(db.sql));

const ask = (requests: Sourced[], sql: Sql = db.sql): Promise<Answer[]> => reserveBatch(sql, requests);

describe("the answers", () => {
  test("are those of a batch without limits, for each request its own", async () => {
    const variantId = await createVariant(db.sql, 8);
    const unknown = newShopper();
    const source = newSource();
    const answers = await ask([
      wish(source, unknown),
      wish(source, variantId, 2),
      wish(undefined, variantId, 9),
      wish(undefined, variantId, 6),
      wish(undefined, variantId, 1),
    ]);
    expect(outcomesOf(answers)).toEqual([
      "variant_not_found",
      "held",
      "insufficient_stock",
      "held",
      "insufficient_stock",
    ]);
    expect((await availabilityOf(db.sql, variantId)).available).toBe(0);
    const again = must(must(answers[1]).lines[0]?.reservation);
    expect(await rowOf(db.sql, again.reservationId)).toMatchObject({ quantity: 2, status: "active" });
  });

  test.each<[string, unknown]>([
    ["a number", 7],
    ["nothing", ""],
    ["null", null],
    ["a text that is too long", "x".repeat(65)],
    ["an object", { ip: "192.0.2.1" }],
  ])("a source that is %s is refused as malformed", async (_, source) => {
    const variantId = await createVariant(db.sql, 5);
    const asking = ask([{ ...wish(undefined, variantId), source: source as string }]);
    await expect(asking).rejects.toMatchObject({ code: "HF001" });
    expect(await stockOf(db.sql, variantId)).toMatchObject({ reserved: 0 });
  });
});

describe("requests per address and minute", () => {
  const tooMany = { limit: { name: "max_requests_per_address", value: 4 } };
  const limited = async (work: () => Promise<void>) => {
    await db.sql`update store_settings set max_requests_per_address = 4`;
    await work();
    await db.sql`update store_settings set max_requests_per_address = 600`;
  };

  test("are bounded, whoever asks, and the answer says for how long", async () => {
    await limited(async () => {
      const source = newSource();
      const variants = await Promise.all([1, 2, 3].map(() => createVariant(db.sql, 50)));
      const first = await ask(variants.map((variantId) => wish(source, variantId)));
      expect(outcomesOf(first)).toEqual(["held", "held", "held"]);
      const second = await ask(variants.map((variantId) => wish(source, variantId)));
      expect(outcomesOf(second)).toEqual(["held", "limit_reached", "limit_reached"]);
      const { limit } = must(must(second[1]).lines[0]);
      expect(limit).toMatchObject(tooMany.limit);
      const seconds = (limit as { retryAfterSeconds?: number }).retryAfterSeconds;
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(60);
      expect(outcomesOf(await ask([wish(newSource(), must(variants[0]))]))).toEqual(["held"]);
    });
  });

  test("begin anew with the next minute, over all shards", async () => {
    await limited(async () => {
      const source = newSource();
      const variantId = await createVariant(db.sql, 50);
      const sessions = db.connect(6);
      for (const session of sessions) await ask([wish(source, variantId)], session);
      const shards = await db.sql`select requests from source_requests where source = ${source}`;
      expect(shards.length).toBeGreaterThan(1);
      expect(shards.reduce((sum, { requests }) => sum + requests, 0)).toBe(4);
      await db.sql`update source_requests set minute = minute - interval '1 minute' where source = ${source}`;
      const known = sessions.slice(0, 1);
      for (const session of known) {
        for (const outcome of ["held", "held", "held", "held", "limit_reached"]) {
          expect(outcomesOf(await ask([wish(source, variantId)], session))).toEqual([outcome]);
        }
      }
      await Promise.all(sessions.map((session) => session.end()));
    });
  });
});

describe("the cool-down", () => {
  /** Takes a hold and lets it lapse. */
  async function letLapse(shopperId: string, variantId: string, times: number, seconds = 901) {
    for (let n = 0; n < times; n++) {
      await hold(db.sql, shopperId, variantId);
      await letTimePass(db, seconds, shopperId);
    }
  }
  const cooling = { outcome: "limit_reached", limit: { name: "max_unconverted_holds", value: 5 } };

  test("who let five holds of a piece lapse waits with the next, and of that piece alone", async () => {
    const [variantId, other] = [await createVariant(db.sql, 5), await createVariant(db.sql, 5)];
    const shopperId = newShopper();
    await letLapse(shopperId, variantId, 4);
    expect((await reserve(db.sql, shopperId, variantId)).outcome).toBe("held");
    await letTimePass(db, 901, shopperId);
    const refused = await reserve(db.sql, shopperId, variantId);
    expect(refused).toMatchObject(cooling);
    const seconds = (refused.limit as { retryAfterSeconds?: number }).retryAfterSeconds;
    expect(seconds).toBeGreaterThan(880);
    expect(seconds).toBeLessThanOrEqual(900);
    expect((await reserve(db.sql, shopperId, other)).outcome).toBe("held");
    expect((await reserve(db.sql, newShopper(), variantId)).outcome).toBe("held");
    await letTimePass(db, 900, shopperId);
    expect((await reserve(db.sql, shopperId, variantId)).outcome).toBe("held");
  });

  test("neither a cart that lapses once nor holds of long ago count for it", async () => {
    const shopperId = newShopper();
    const variants = await Promise.all(Array.from({ length: 7 }, () => createVariant(db.sql, 5)));
    for (const variantId of variants) await hold(db.sql, shopperId, variantId);
    await letTimePass(db, 901, shopperId);
    for (const variantId of variants)
      expect((await reserve(db.sql, shopperId, variantId)).outcome).toBe("held");
    const [variantId] = variants;
    const patient = newShopper();
    await letLapse(patient, must(variantId), 8, 1_801);
    expect((await reserve(db.sql, patient, must(variantId))).outcome).toBe("held");
  });

  test("giving back at the last moment counts, giving back soon does not", async () => {
    const variantId = await createVariant(db.sql, 5);
    const [late, soon] = [newShopper(), newShopper()];
    for (let n = 0; n < 5; n++) {
      await hold(db.sql, late, variantId);
      await letTimePass(db, 800, late);
      await release(db.sql, late);
      await hold(db.sql, soon, variantId);
      await letTimePass(db, 100, soon);
      await release(db.sql, soon);
    }
    expect(await reserve(db.sql, late, variantId)).toMatchObject(cooling);
    expect((await reserve(db.sql, soon, variantId)).outcome).toBe("held");
  });

  test("who buys begins anew", async () => {
    const variantId = await createVariant(db.sql, 9);
    const shopperId = newShopper();
    await letLapse(shopperId, variantId, 4);
    await hold(db.sql, shopperId, variantId);
    await buy(db.sql, shopperId);
    await letLapse(shopperId, variantId, 4);
    expect((await reserve(db.sql, shopperId, variantId)).outcome).toBe("held");
  });

  test("who holds it still may change it, and a lapsed hold is not taken again meanwhile", async () => {
    const variantId = await createVariant(db.sql, 9);
    const shopperId = newShopper();
    await letLapse(shopperId, variantId, 4);
    const { reservationId } = await hold(db.sql, shopperId, variantId);
    await db.sql`update reservations set status = 'expired', ended_at = clock_timestamp()
      where shopper_id = ${shopperId} and status = 'active' and expires_at <= clock_timestamp()`;
    await letTimePass(db, 100, shopperId);
    expect((await setQuantity(db.sql, shopperId, reservationId, 3)).outcome).toBe("held");
    expect((await reserve(db.sql, shopperId, variantId)).outcome).toBe("held");
    await letTimePass(db, 901, shopperId);
    expect(await extend(db.sql, shopperId, [reservationId])).toMatchObject([
      { outcome: "expired", refusal: "limit_reached" },
    ]);
    expect(await setQuantity(db.sql, shopperId, reservationId, 1)).toMatchObject(cooling);
  });

  test("a shop may do without", async () => {
    const variantId = await createVariant(db.sql, 5);
    const shopperId = newShopper();
    await db.sql`update store_settings set cool_down_seconds = 0`;
    await letLapse(shopperId, variantId, 6);
    expect((await reserve(db.sql, shopperId, variantId)).outcome).toBe("held");
    await db.sql`update store_settings set cool_down_seconds = 900`;
  });
});

describe("what is kept of sources", () => {
  const prune = async () => {
    const [row] = await db.sql<{ answer: { requests: number; holders: number; more: boolean } }[]>`
      select prune_sources() as answer`;
    return must(row).answer;
  };

  test("goes once it says nothing any more", async () => {
    await prune();
    const variantId = await createVariant(db.sql, 20);
    const source = newSource();
    const [gone, there] = [wish(source, variantId), wish(source, variantId)];
    await ask([gone, there]);
    await release(db.sql, gone.shopperId);
    expect(await prune()).toMatchObject({ requests: 0, holders: 0, more: false });
    await db.sql`update source_holders set noted_at = noted_at - interval '6 minutes'`;
    await db.sql`update source_requests set minute = minute - interval '6 minutes'`;
    await prune();
    const left = await db.sql`select shopper_id from source_holders where source = ${source}`;
    expect([...left]).toEqual([{ shopper_id: there.shopperId }]);
    expect((await db.sql`select 1 from source_requests`).length).toBe(0);
  });

  test("does not pile up under a bot that changes its identity", async () => {
    const variantId = await createVariant(db.sql, 1_000);
    const source = newSource();
    for (let turn = 0; turn < 4; turn++) {
      const bots = Array.from({ length: 40 }, () => wish(source, variantId));
      await ask(bots);
      for (const { shopperId } of bots) await release(db.sql, shopperId);
    }
    await ask([wish(source, variantId)]);
    const [row] = await db.sql`select count(*)::int as n from source_holders where source = ${source}`;
    expect(row?.n).toBeLessThan(100);
  });

  test.each([0, -1, 100_001, null])("a limit of %s rows is refused as malformed", async (limit) => {
    await expect(db.sql`select prune_sources(${limit}::int)`).rejects.toMatchObject({ code: "HF001" });
  });
});

test("how long a shopper waits who made too many holds in a minute comes from the database's clock", async () => {
  const shopperId = newShopper();
  const pause = async (id: string) => {
    const [row] = await db.sql<{ answer: { retryAfterSeconds: number } }[]>`
      select get_hold_pause(${id}) as answer`;
    return must(row).answer.retryAfterSeconds;
  };
  expect(await pause(shopperId)).toBe(1);
  await hold(db.sql, shopperId, await createVariant(db.sql, 5));
  expect(await pause(shopperId)).toBeGreaterThan(50);
  await db.sql`update shoppers set minute_began_at = minute_began_at - interval '45 s' where id = ${shopperId}`;
  expect(await pause(shopperId)).toBeLessThanOrEqual(15);
  await db.sql`update shoppers set minute_began_at = minute_began_at - interval '45 s' where id = ${shopperId}`;
  expect(await pause(shopperId)).toBe(1);
});
