import { afterEach, describe, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  type Answer,
  addLocation,
  availabilityOf,
  createVariant,
  expectConsistent,
  extend,
  hold,
  letTimePass,
  must,
  newShopper,
  type Request,
  release,
  reserve,
  reserveBatch,
  rowOf,
  setQuantity,
  stockOf,
} from "../support/shop.ts";
import { countOutcomes, inCrowd, openCrowd } from "./crowd.ts";

const db = useTestDatabase();
afterEach(() => expectConsistent(db.sql));

type Sourced = Request & { source?: string };
const wish = (
  source: string | undefined,
  variantId: string,
  quantity = 1,
  more: Partial<Sourced> = {},
): Sourced => ({
  shopperId: newShopper(),
  lines: [{ variantId, quantity }],
  ...(source && { source }),
  ...more,
});
const ask = (requests: Sourced[], sql: Sql = db.sql): Promise<Answer[]> => reserveBatch(sql, requests);
const outcomes = (answers: Answer[]) => answers.map(({ outcome }) => outcome);
let named = 0;
const newSource = () => `source-${++named}`;

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
    expect(outcomes(await ask([wish(newSource(), variantId)]))).toEqual(["held"]);
    expect(outcomes(await ask([wish(undefined, variantId)]))).toEqual(["held"]);
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
    expect(outcomes(answers)).toEqual(["held", "held", "limit_reached", "held", "held", "limit_reached"]);
    const refused = must(must(answers[2]).lines[0]);
    expect(refused).toMatchObject({ ...share, requested: 3, shortfall: 3 });
    expect(refused.limit, "waiting does not help").not.toHaveProperty("retryAfterSeconds");
    expect(must(answers[3]).lines[0]).toMatchObject({ requested: 4, reservation: { quantity: 4 } });
    expect(await stockOf(db.sql, variantId)).toMatchObject({ reserved: 11 });
  });

  test("a few units may be held in any case, and at most as many as the shop says", async () => {
    const [few, many] = [await createVariant(db.sql, 4), await createVariant(db.sql, 10_000)];
    const source = newSource();
    expect(outcomes(await ask([wish(source, few, 3), wish(source, few, 1)]))).toEqual([
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
    expect(outcomes(await ask([wish(source, variantId)]))).toEqual(["limit_reached"]);
    await release(db.sql, first.shopperId);
    expect(outcomes(await ask([wish(source, variantId, 3)]))).toEqual(["held"]);
    await letTimePass(db, 901);
    expect(outcomes(await ask([wish(source, variantId, 5)]))).toEqual(["held"]);
  });

  test("a hold that is being paid counts", async () => {
    const variantId = await createVariant(db.sql, 20);
    const source = newSource();
    const [answer] = await ask([wish(source, variantId, 5)]);
    const id = must(must(answer).lines[0]?.reservation).reservationId;
    await db.sql`update reservations set status = 'paying' where id = ${id}`;
    expect(outcomes(await ask([wish(source, variantId)]))).toEqual(["limit_reached"]);
  });

  test("a guest who became a user counts once, as that user", async () => {
    const variantId = await createVariant(db.sql, 20);
    const source = newSource();
    const [guest, user] = [wish(source, variantId, 2), wish(source, variantId, 2)];
    await ask([guest, user]);
    await db.sql`select transfer_reservations(${guest.shopperId}, ${user.shopperId})`;
    expect(outcomes(await ask([wish(source, variantId, 2)]))).toEqual(["limit_reached"]);
    expect(outcomes(await ask([wish(source, variantId, 1)]))).toEqual(["held"]);
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
    expect(outcomes(await ask([asked]))).toEqual(["held"]);
    for (const [quantity, outcome] of [
      [5, "held"],
      [6, "limit_reached"],
      [5, "held"],
    ] as const) {
      expect(outcomes(await ask([set(quantity)]))).toEqual([outcome]);
    }
    // The share became smaller than what is held already.
    await db.sql`update stock_levels set on_hand = 12 where variant_id = ${variantId}`;
    expect(outcomes(await ask([set(5)]))).toEqual(["held"]);
    expect(outcomes(await ask([set(1)]))).toEqual(["held"]);
  });

  test("several requests of one shopper in one batch are judged by what they come to", async () => {
    const variantId = await createVariant(db.sql, 20);
    const asked = wish(newSource(), variantId, 4);
    const set = (quantity: number): Sourced => ({
      ...asked,
      quantityMode: "set",
      lines: [{ variantId, quantity }],
    });
    expect(outcomes(await ask([asked, set(5)]))).toEqual(["held", "held"]);
    expect(outcomes(await ask([set(1), set(6)]))).toEqual(["held", "limit_reached"]);
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
    expect(outcomes(await ask([wish(source, variantId, 1)]))).toEqual(["limit_reached"]);
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
    expect(outcomes(await ask([wish(newSource(), variantId, 20)]))).toEqual(["held"]);
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
    expect(outcomes(answers)).toEqual([
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
      expect(outcomes(first)).toEqual(["held", "held", "held"]);
      const second = await ask(variants.map((variantId) => wish(source, variantId)));
      expect(outcomes(second)).toEqual(["held", "limit_reached", "limit_reached"]);
      const { limit } = must(must(second[1]).lines[0]);
      expect(limit).toMatchObject(tooMany.limit);
      const seconds = (limit as { retryAfterSeconds?: number }).retryAfterSeconds;
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(60);
      expect(outcomes(await ask([wish(newSource(), must(variants[0]))]))).toEqual(["held"]);
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
          expect(outcomes(await ask([wish(source, variantId)], session))).toEqual([outcome]);
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
    const { reservationId } = await hold(db.sql, shopperId, variantId);
    await db.sql`update reservations set status = 'paying' where id = ${reservationId}`;
    await db.sql`update reservations set status = 'confirmed', ended_at = clock_timestamp()
      where id = ${reservationId}`;
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
