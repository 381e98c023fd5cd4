import type { NextRequest } from "next/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ProblemSchema } from "@/contracts/problem";
import { ProblemError, problemResponse } from "@/lib/http/problem";
import { PROBLEMS, type ProblemCode } from "@/lib/http/problem-codes";
import { valueOrProblem } from "@/lib/http/refusal";
import { personal, route } from "@/lib/http/route";
import { DatabaseError, DatabaseUnavailable } from "@/lib/supabase/database-error";

const codes = Object.keys(PROBLEMS) as ProblemCode[];
let logged: Record<string, unknown>[] = [];

beforeEach(() => {
  logged = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => {
    logged.push(JSON.parse(String(line)));
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

describe("an expected problem", () => {
  it.each(codes)("%s is answered with its own status and title, and is not logged", async (code) => {
    const response = problemResponse(new ProblemError(code), "id-1");
    const [status, title] = PROBLEMS[code];
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(response.headers.has("retry-after")).toBe(status === 503 || status === 429);
    const type = `urn:holdfast:problem:${code}`;
    expect(await response.json()).toEqual({ type, title, status, code, requestId: "id-1" });
    expect(logged).toEqual([]);
  });

  it("says when another attempt makes sense, in the header and in the body", async () => {
    const response = problemResponse(
      new ProblemError("too_many_attempts", { retryAfterSeconds: 90 }),
      "id-1",
    );
    expect(response.headers.get("retry-after")).toBe("90");
    expect(ProblemSchema.parse(await response.json())).toMatchObject({ retryAfterSeconds: 90 });
  });

  it("carries its facts", async () => {
    const response = problemResponse(new ProblemError("insufficient_stock", { available: 2 }), "id-1");
    expect(ProblemSchema.parse(await response.json())).toMatchObject({ available: 2 });
  });
});

describe("what nobody foresaw", () => {
  const secret = "sb_secret_of_the_shop";
  const leaky = new Error(`relation "public.orders" does not exist, key ${secret}`);

  it.each<[string, unknown]>([
    ["an error", leaky],
    ["an error with a cause", new Error(secret, { cause: leaky })],
    [
      "an error that looks like a problem",
      Object.assign(new Error(secret), { code: "foreign_origin", extras: {} }),
    ],
    ["a refusal of the database", new DatabaseError(`duplicate key ${secret}`, "23505")],
    ["a text", secret],
    ["null", null],
    ["nothing", undefined],
    ["an object", { secret, status: 200 }],
  ])("(%s) is a 500 that tells nothing, and is logged under the request's id", async (_, thrown) => {
    const response = problemResponse(thrown, "id-2");
    expect(response.status).toBe(500);
    const [, title] = PROBLEMS.internal_error;
    const type = "urn:holdfast:problem:internal_error";
    expect(await response.json()).toEqual({
      type,
      title,
      status: 500,
      code: "internal_error",
      requestId: "id-2",
    });
    expect(logged).toMatchObject([{ level: "error", event: "internal_error", requestId: "id-2" }]);
  });

  it("leaves its SQLSTATE and its stack in the log", () => {
    problemResponse(new DatabaseError("invalid_request", "HF001"), "id-3");
    expect(logged).toMatchObject([{ sqlState: "HF001", message: "invalid_request" }]);
    expect(String(logged[0]?.stack)).toContain("lib-problem.test.ts");
  });
});

it("a database that cannot answer now is a 503 that says when to come back", async () => {
  const response = problemResponse(new DatabaseUnavailable("connect ECONNREFUSED 10.0.0.7:5432"), "id-4");
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await response.text()).not.toContain("10.0.0.7");
  expect(logged).toMatchObject([{ event: "database_unavailable", requestId: "id-4" }]);
});

describe("a refusal of the shop", () => {
  it("becomes the problem of the same code with its facts and the clock of its answer", () => {
    const serverNow = "2026-11-22T09:00:00.000000+00:00";
    const facts = { available: 1, requested: 3, shortfall: 2, nextReleaseAt: null };
    const refused = () =>
      valueOrProblem({ ok: false, serverNow, refusal: { code: "insufficient_stock", ...facts } });
    expect(refused).toThrow(
      expect.objectContaining({ code: "insufficient_stock", extras: { ...facts, serverNow } }),
    );
  });

  it("is none where there is a value", () => {
    expect(valueOrProblem({ ok: true, value: 7 })).toBe(7);
  });
});

describe("a route", () => {
  const get = new Request("http://shop.example/api") as NextRequest;

  it("gives every answer an id of its own, and the same one to the problem in it", async () => {
    const fine = route(async () => personal({}));
    const broken = route(async () => {
      throw new ProblemError("route_not_found");
    });
    const [one, two, problem] = [await fine(get, {}), await fine(get, {}), await broken(get, {})];
    expect(one.headers.get("x-request-id")).not.toBe(two.headers.get("x-request-id"));
    expect(await problem.json()).toMatchObject({ requestId: problem.headers.get("x-request-id") });
  });

  it("does not run for a change from another site", async () => {
    const handle = vi.fn(async () => personal({}));
    const headers = { origin: "https://evil.example", host: "shop.example" };
    const post = new Request("http://shop.example/api", { method: "POST", headers }) as NextRequest;
    expect((await route(handle)(post, {})).status).toBe(403);
    expect(handle).not.toHaveBeenCalled();
  });
});
