import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stateDir } from "../../local/paths.ts";
import { type Answer, newGuest, problemOf, RESERVATIONS } from "../support/api-client.ts";
import { useOwnStack } from "../support/own-stack.ts";
import { createVariant, expectConsistent, stockOf } from "../support/shop.ts";
import { useShopFloor } from "./shop-floor.ts";

describe("holds per minute", () => {
  const sql = useShopFloor();

  test("are refused with the time until the minute ends, by hold and by whole cart, and nothing changes", async () => {
    await sql`update store_settings set max_holds_per_minute = 2`;
    try {
      const variants = await Promise.all([1, 2, 3].map(() => createVariant(sql, 10)));
      const guest = newGuest();
      for (const variantId of variants.slice(0, 2)) await guest.hold(variantId);
      const answer = await guest.reserve(variants[2] ?? "");
      const problem = problemOf(answer, "too_many_requests");
      expect(problem).toMatchObject({
        status: 429,
        limit: { name: "max_holds_per_minute", value: 2 },
        requested: 1,
        shortfall: 1,
      });
      expect(Number(answer.headers.get("retry-after"))).toBe(problem.retryAfterSeconds);
      expect(problem.retryAfterSeconds).toBeLessThanOrEqual(60);
      // The minute ends earlier than one that begins now.
      await sql`update shoppers set minute_began_at = minute_began_at - interval '40 s'
        where id = ${guest.shopperId()}`;
      const later = problemOf(await guest.reserve(variants[2] ?? ""), "too_many_requests");
      expect(later.retryAfterSeconds).toBeLessThanOrEqual(20);
      expect(await stockOf(sql, variants[2] ?? "")).toMatchObject({ reserved: 0 });
      await sql`update shoppers set minute_began_at = minute_began_at - interval '40 s'
        where id = ${guest.shopperId()}`;
      expect((await guest.reserve(variants[2] ?? "")).status).toBe(201);
    } finally {
      await sql`update store_settings set max_holds_per_minute = 60`;
    }
  });

  test("a cap that waiting does not lift stays a conflict", async () => {
    const variantId = await createVariant(sql, 200);
    const problem = problemOf(await newGuest().reserve(variantId, 101), "limit_reached");
    expect(problem.retryAfterSeconds).toBeUndefined();
  });

  test("without a trusted header an address is neither known nor kept, whatever the client claims", async () => {
    const variantId = await createVariant(sql, 10);
    const headers = { "x-forwarded-for": "203.0.113.7", "x-real-ip": "203.0.113.7" };
    const answer = await newGuest().send("POST", RESERVATIONS, { json: { variantId, quantity: 1 }, headers });
    expect(answer.status).toBe(201);
    expect((await sql`select 1 from source_holders`).length).toBe(0);
    const log = readFileSync(join(stateDir, "logs", "test-store.log"), "utf8");
    expect(log).toMatch(/"event":"limits_per_address","state":"off/);
  });
});

describe("behind a trusted proxy", () => {
  const stack = useOwnStack({ TRUSTED_PROXY_HEADER: "x-real-ip" });

  const from = (address: string, variantId: string, quantity = 1): Promise<Answer> =>
    newGuest({ baseUrl: stack.url }).send("POST", RESERVATIONS, {
      json: { variantId, quantity },
      headers: { "x-real-ip": address },
    });

  test("a bot with hundreds of identities holds its share, and an honest shopper still gets a unit", async () => {
    const variantId = await stack.withDatabase((sql) => createVariant(sql, 40));
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, nth) => from(`2001:db8:1:2::${(nth + 1).toString(16)}`, variantId)),
    );
    const held = answers.filter(({ status }) => status === 201);
    expect(held).toHaveLength(10);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(problemOf(answer, "limit_reached").limit).toEqual({ name: "max_units_per_address", value: 10 });
    }
    expect((await from("203.0.113.7", variantId)).status).toBe(201);
    await stack.withDatabase(async (sql) => {
      expect(await stockOf(sql, variantId)).toEqual({ on_hand: 40, reserved: 11 });
      await expectConsistent(sql);
    });
  });

  test("requests of one address and minute are bounded, and the answer says for how long", async () => {
    const variantId = await stack.withDatabase(async (sql) => {
      await sql`update store_settings set max_requests_per_address = 5`;
      return createVariant(sql, 1_000);
    });
    const answers = await Promise.all(Array.from({ length: 40 }, () => from("198.51.100.1", variantId)));
    const problems = answers
      .filter(({ status }) => status !== 201)
      .map((answer) => problemOf(answer, "too_many_requests"));
    // Calls at the same time, and a minute that may end meanwhile, let a few more through.
    expect(problems.length).toBeGreaterThan(0);
    for (const { retryAfterSeconds, limit } of problems) {
      expect(limit?.name).toBe("max_requests_per_address");
      expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    }
    expect((await from("198.51.100.2", variantId)).status).toBe(201);
    await stack.withDatabase((sql) => sql`update store_settings set max_requests_per_address = 600`);
  });

  test("the address itself is written nowhere", async () => {
    const kept = await stack.withDatabase(
      (sql) =>
        sql<{ source: string }[]>`select source from source_holders union select source from source_requests`,
    );
    expect(kept.length).toBeGreaterThan(1);
    for (const { source } of kept) expect(source).toMatch(/^[A-Za-z0-9_-]{22}$/);
    for (const name of ["store", "supabase-api", "postgres"]) {
      const log = readFileSync(join(stateDir, "logs", `test-own-${name}.log`), "utf8");
      expect(log).not.toMatch(/203\.0\.113\.7|198\.51\.100|2001:db8:1/);
    }
    const log = readFileSync(join(stateDir, "logs", "test-own-store.log"), "utf8");
    expect(log).toMatch(/"event":"limits_per_address","state":"on","header":"x-real-ip"/);
  });
});
