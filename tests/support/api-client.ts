import { expect, inject } from "vitest";
import type { z } from "zod";
import type { Problem } from "@/contracts/problem";
import { ProblemSchema } from "@/contracts/problem";
import { type Cart, CartSchema, type HoldAnswer, HoldAnswerSchema } from "@/contracts/reservations";
import { GUEST_COOKIE } from "@/lib/http/guest-cookie";
import type { ProblemCode } from "@/lib/http/problem-codes";
import type { Keys } from "../../local/keys.ts";
import { type Answer, faultsOf } from "./answer-rules.ts";
import { readErrorCodes } from "./error-codes.ts";
import { storeUrl } from "./store.ts";

export type { Answer };

export type Sending = {
  /** Sent as JSON, with its Content-Type. */
  json?: unknown;
  /** Sent as it is, with no Content-Type but the one in `headers`. */
  body?: string | Uint8Array<ArrayBuffer> | ReadableStream;
  headers?: Record<string, string>;
};

/** A browser with a cookie jar: every answer that it gets has kept the rules of all answers. */
export type Guest = {
  /** Every cookie of the browser, by name; a test may change them. */
  jar: Map<string, string>;
  /** The value of the guest cookie; a test may put another one in. */
  cookie: string | null;
  send(method: string, pathAndQuery: string, sending?: Sending): Promise<Answer>;
  get(pathAndQuery: string): Promise<Answer>;
  reserve(variantId: string, quantity?: number, mode?: "add" | "set"): Promise<Answer>;
  change(body: object): Promise<Answer>;
  release(query: string): Promise<Answer>;
  /** Takes a hold that the test relies on. */
  hold(variantId: string, quantity?: number): Promise<HoldAnswer>;
  cart(): Promise<Cart>;
  /** Who the cookie says that this is, for a look into the database. */
  shopperId(): string;
};

export const RESERVATIONS = "/api/stock/reservations";

export function newGuest({ cookie = null as string | null, baseUrl = storeUrl() } = {}): Guest {
  const jar = new Map(cookie === null ? [] : [[GUEST_COOKIE, cookie]]);
  const guest: Guest = {
    jar,
    get cookie() {
      return jar.get(GUEST_COOKIE) ?? null;
    },
    set cookie(value) {
      if (value === null) jar.delete(GUEST_COOKIE);
      else jar.set(GUEST_COOKIE, value);
    },
    async send(method, pathAndQuery, sending = {}) {
      const response = await fetch(`${baseUrl}${pathAndQuery}`, requestInit(method, sending, jar));
      const text = await response.text();
      const { status, headers } = response;
      const path = pathAndQuery.split("?")[0] ?? "";
      const answer: Answer = { method, path, status, headers, text, body: fromJson(text) };
      takeCookies(answer, jar);
      refuseFaults(answer, guest.cookie);
      return answer;
    },
    get: (pathAndQuery) => guest.send("GET", pathAndQuery),
    reserve: (variantId, quantity = 1, mode) =>
      guest.send("POST", RESERVATIONS, { json: { variantId, quantity, ...(mode && { mode }) } }),
    change: (body) => guest.send("PUT", RESERVATIONS, { json: body }),
    release: (query) => guest.send("DELETE", `${RESERVATIONS}?${query}`),
    hold: async (variantId, quantity) =>
      bodyOf(await guest.reserve(variantId, quantity), 201, HoldAnswerSchema),
    cart: async () => bodyOf(await guest.get(RESERVATIONS), 200, CartSchema),
    shopperId: () => shopperIdOf(guest.cookie) ?? expect.unreachable("a stranger has no id"),
  };
  return guest;
}

/** The body of an answer that has to have this status. */
export function bodyOf<Schema extends z.ZodType>(
  answer: Answer,
  status: number,
  schema: Schema,
): z.output<Schema> {
  expect(answer.status, answer.text).toBe(status);
  return schema.parse(answer.body);
}

/** The problem of an answer that has to be this one. */
export function problemOf(answer: Answer, code: ProblemCode): Problem {
  expect(answer.text).toContain(`"${code}"`);
  const problem = ProblemSchema.parse(answer.body);
  expect(problem.code).toBe(code);
  return problem;
}

/** The secrets that the store of this run works with. */
export const storeKeys = (): Keys => inject("storeKeys");

const codes = readErrorCodes().problems;
const requestIds = new Set<string>();
const shopperIds = new Set<string>();
let secrets: string[] | undefined;

function refuseFaults(answer: Answer, cookie: string | null): void {
  secrets ??= [...Object.values(storeKeys()), new URL(inject("databaseUrl")).password];
  const id = shopperIdOf(cookie);
  if (id) shopperIds.add(id);
  const faults = faultsOf(answer, codes, { secrets, shopperIds: [...shopperIds] });
  const requestId = answer.headers.get("x-request-id") ?? "";
  if (requestIds.has(requestId)) faults.push("its X-Request-Id was given to another answer");
  requestIds.add(requestId);
  const what = `${answer.method} ${answer.path} → ${answer.status} ${answer.text.slice(0, 500)}`;
  expect(faults, `The rules of every answer. ${what}`).toEqual([]);
}

function requestInit(method: string, sending: Sending, jar: Map<string, string>): RequestInit {
  const { json, body, headers = {} } = sending;
  const isJson = json !== undefined;
  return {
    method,
    redirect: "manual",
    headers: {
      ...(isJson && { "content-type": "application/json" }),
      ...(jar.size > 0 && { cookie: [...jar].map((pair) => pair.join("=")).join("; ") }),
      ...headers,
    },
    ...(isJson && { body: JSON.stringify(json) }),
    // As bytes: a string would be given a Content-Type of its own.
    ...(body !== undefined && { body: typeof body === "string" ? new TextEncoder().encode(body) : body }),
    ...(body instanceof ReadableStream && { duplex: "half" }),
  };
}

/** As a browser would, and no cookie but ours may come. */
function takeCookies({ headers }: Answer, jar: Map<string, string>): void {
  for (const cookie of headers.getSetCookie()) {
    const [, name = "", value = ""] = /^(holdfast_(?:guest|session(?:\.\d)?))=([^;]*);/.exec(cookie) ?? [];
    if (name === "") expect.unreachable(`an unknown cookie: ${cookie}`);
    if (/; Max-Age=0(;|$)/i.test(cookie)) jar.delete(name);
    else jar.set(name, value);
  }
}

function shopperIdOf(cookie: string | null): string | undefined {
  const [, id] = /^1\.([0-9a-f]{32})\./.exec(cookie ?? "") ?? [];
  return id?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
