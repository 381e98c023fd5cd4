import { describe, expect, it } from "vitest";
import { type Answer, faultsOf } from "../support/answer-rules.ts";
import { readErrorCodes } from "../support/error-codes.ts";

// The rules that the API tests rely on, shown to catch what they are for.

const requestId = "123e4567-e89b-42d3-a456-426614174000";
const shopperId = "0f8fad5b-d9cb-469f-a165-70867728950e";
const serverNow = "2026-11-22T09:00:00.000000+00:00";
const later = "2026-11-22T09:15:00.000000+00:00";

type Change = { status?: number; headers?: Record<string, string | null>; body?: object; path?: string };

function faults(base: Answer, { status, headers = {}, body = {}, path }: Change = {}): string[] {
  const all = new Headers(base.headers);
  for (const [name, value] of Object.entries(headers))
    value === null ? all.delete(name) : all.set(name, value);
  const changed = { ...(base.body as object), ...body };
  const answer: Answer = {
    ...base,
    path: path ?? base.path,
    status: status ?? base.status,
    headers: all,
    body: changed,
    text: JSON.stringify(changed),
  };
  return faultsOf(answer, readErrorCodes().problems, {
    secrets: ["sb_secret_1234"],
    shopperIds: [shopperId],
  });
}

function answer(method: string, status: number, type: string, body: object): Answer {
  const headers = new Headers({
    "content-type": type,
    "cache-control": "private, no-store",
    "x-request-id": requestId,
    "x-content-type-options": "nosniff",
  });
  return { method, path: "/api/stock/reservations", status, headers, body, text: "" };
}

const reservation = {
  reservationId: requestId,
  variantId: requestId,
  quantity: 1,
  status: "active",
  heldAt: serverNow,
  durationSeconds: 900,
  expiresAt: later,
  maxExpiresAt: later,
};
const success = answer("POST", 201, "application/json", {
  serverNow,
  outcome: "held",
  reservation,
  replacesId: null,
});
const problem = answer("POST", 409, "application/problem+json", {
  type: "urn:holdfast:problem:insufficient_stock",
  title: "Not enough units are available",
  status: 409,
  code: "insufficient_stock",
  requestId,
  available: 0,
  nextReleaseAt: later,
  serverNow,
});

it("a good answer and a good problem have no fault", () => {
  expect(faults(success)).toEqual([]);
  expect(faults(problem)).toEqual([]);
});

describe("an answer has a fault", () => {
  it.each<[string, Change]>([
    ["with another type", { headers: { "content-type": "text/html" } }],
    ["that a cache may keep", { headers: { "cache-control": "public, s-maxage=1" } }],
    ["without a request id", { headers: { "x-request-id": null } }],
    ["whose type may be guessed", { headers: { "x-content-type-options": null } }],
    ["with a status that its route does not have", { status: 200 }],
    ["that breaks its contract", { body: { outcome: "perhaps" } }],
    ["with a field that its contract does not have", { body: { locationId: requestId } }],
    ["with a hold with such a field", { body: { reservation: { ...reservation, locationId: requestId } } }],
    ["whose hold has lapsed", { body: { serverNow: later } }],
    [
      "whose hold ends after its maximum",
      { body: { reservation: { ...reservation, maxExpiresAt: serverNow } } },
    ],
    ["with a hold and no clock", { body: { serverNow: undefined } }],
  ])("%s", (_, change) => {
    expect(faults(success, change)).not.toEqual([]);
  });
});

describe("a problem has a fault", () => {
  it.each<[string, Change]>([
    ["with the type of a success", { headers: { "content-type": "application/json" } }],
    ["that a cache may keep", { headers: { "cache-control": "private, no-cache" } }],
    ["with a code that is not documented", { body: { code: "oops", type: "urn:holdfast:problem:oops" } }],
    ["with the status of another code", { status: 404, body: { status: 404 } }],
    ["with another status inside", { body: { status: 404 } }],
    ["with another id inside", { body: { requestId: shopperId.replace("0", "1") } }],
    ["with the type of another code", { body: { type: "about:blank" } }],
    ["with a field that its contract does not have", { body: { stack: "none" } }],
    ["with Retry-After where waiting does not help", { headers: { "retry-after": "1" } }],
    ["that sets a cookie", { headers: { "set-cookie": "a=b" } }],
    ["with a release and no clock", { body: { serverNow: undefined } }],
    ["with a release that is past", { body: { nextReleaseAt: serverNow } }],
  ])("%s", (_, change) => {
    expect(faults(problem, change)).not.toEqual([]);
  });

  it("that says 503 and not when to come back", () => {
    const type = "urn:holdfast:problem:database_unavailable";
    const down: Change = { status: 503, body: { code: "database_unavailable", status: 503, type } };
    expect(faults(problem, down)).toEqual(["Retry-After belongs to 503 and 429, and only there"]);
    expect(faults(problem, { ...down, headers: { "retry-after": "1" } })).toEqual([]);
  });
});

it.each([
  "postgres",
  "SQLSTATE 23514",
  "HF001",
  "connect ECONNREFUSED 127.0.0.1:5432",
  "at async Object.run (/app/.next/server.js:1:1)",
  "at Object.<anonymous>",
  "/app/node_modules/zod",
  'relation "orders" does not exist',
  "select id from reservations",
  "the key sb_secret_1234",
  shopperId,
  shopperId.replaceAll("-", ""),
])("an answer that says %j leaks", (detail) => {
  expect(faults(problem, { body: { detail } })).toHaveLength(1);
});
