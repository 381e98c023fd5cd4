import type { z } from "zod";
import { SessionSchema } from "@/contracts/account";
import { type Problem, ProblemSchema } from "@/contracts/problem";
import {
  type Cart,
  CartSchema,
  type ChangeBody,
  type HoldAnswer,
  HoldAnswerSchema,
  ReleaseAnswerSchema,
  type ReserveBody,
} from "@/contracts/reservations";
import type { Failure } from "@/domain/refusals";
import { newKey } from "./new-key";
import { type Pacing, persistently, type Tried } from "./persistence";
import { browserTime } from "./time";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** `problem`: the whole of what the shop said, where a page needs more of it than why. */
export type Answer<Value> =
  | { ok: true; value: Value }
  | { ok: false; failure: Failure; problem?: Problem | undefined };

interface Options extends Partial<Pacing> {
  isStranger?: boolean;
}

const RESERVATIONS = "/api/stock/reservations";

/**
 * The cart's side of the HTTP contract. Every answer is parsed here; nothing unparsed goes further. A browser that
 * the shop does not know yet asks who it is before its first hold: two first holds at once, or one that is sent
 * again because its answer got lost, then belong to one shopper. Every change has a key, and is sent again with it
 * while nobody answers, so that it happens once.
 */
export function createCartApi(
  fetch: Fetch,
  { isStranger = false, time = browserTime, random = Math.random }: Options = {},
) {
  const pacing = { time, random };
  /** Keys of holds of which nothing was heard: whoever asks for the same once more means that one. */
  const openKeys = new Map<string, string>();
  let isKnown = !isStranger;
  let asking: Promise<Tried<Answer<unknown>>> | null = null;

  async function asSomebody<Value>(send: () => Promise<Answer<Value>>): Promise<Answer<Value>> {
    if (isKnown) return send();
    const ask = () => tryOnce(fetch, "/api/session", { method: "GET" }, SessionSchema);
    asking ??= persistently(ask, pacing);
    const { answer } = await asking;
    asking = null;
    if (!answer.ok) return answer;
    isKnown = true;
    return send();
  }

  function change<Value>(url: string, init: RequestInit, schema: z.ZodType<Value>, key = newKey()) {
    const headers = { ...init.headers, "Idempotency-Key": key };
    return persistently(() => tryOnce(fetch, url, { ...init, headers }, schema), pacing);
  }

  async function hold(body: ReserveBody): Promise<Answer<HoldAnswer>> {
    const init = withBody("POST", body);
    const wish = JSON.stringify(body);
    const key = openKeys.get(wish) ?? newKey();
    const { answer, isOpen } = await change(RESERVATIONS, init, HoldAnswerSchema, key);
    if (isOpen) openKeys.set(wish, key);
    else openKeys.delete(wish);
    return answer;
  }

  async function readCart(): Promise<Answer<Cart>> {
    const before = [...openKeys.keys()];
    const answer = await request(fetch, RESERVATIONS, { method: "GET" }, CartSchema);
    // Whoever has seen what became of it, and asks for the same, wants more.
    if (answer.ok) for (const wish of before) openKeys.delete(wish);
    return answer;
  }

  const release = async (query: string) =>
    (await change(`${RESERVATIONS}?${query}`, { method: "DELETE" }, ReleaseAnswerSchema)).answer;

  return {
    readCart,
    reserve: (body: ReserveBody) => asSomebody(() => hold(body)),
    change: async (body: ChangeBody) =>
      (await change(RESERVATIONS, withBody("PUT", body), HoldAnswerSchema)).answer,
    release: (reservationId: string) => release(`${new URLSearchParams({ reservationId })}`),
    releaseAll: () => release("all=true"),
  };
}
export type CartApi = ReturnType<typeof createCartApi>;

export function withBody(method: string, body: unknown): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** Asks once. */
export async function request<Value>(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  schema: z.ZodType<Value>,
): Promise<Answer<Value>> {
  return (await tryOnce(fetch, url, init, schema)).answer;
}

/** Asks once, and says whether it may be asked again. */
export async function tryOnce<Value>(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  schema: z.ZodType<Value>,
): Promise<Tried<Answer<Value>>> {
  let response: Response | undefined;
  let body: unknown;
  try {
    response = await fetch(url, { ...init, cache: "no-store" });
    body = await response.json();
  } catch (error) {
    // A body that is no JSON came from something between us and the shop; anything else is the network.
    const kind = error instanceof SyntaxError ? "unexpected" : "unreachable";
    const isOpen = kind === "unreachable" || isUnavailable(response);
    return { answer: { ok: false, failure: { kind } }, isOpen, retryAfter: retryAfterOf(response) };
  }
  const settled = { isOpen: isUnavailable(response), retryAfter: retryAfterOf(response) };
  if (!response.ok) {
    const problem = ProblemSchema.safeParse(body).data;
    return { answer: { ok: false, failure: failureOf(problem), problem }, ...settled };
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) return { answer: { ok: false, failure: { kind: "unexpected" } }, ...settled };
  return { answer: { ok: true, value: parsed.data }, ...settled };
}

/** The shop, or what stands before it, cannot answer now. */
function isUnavailable(response: Response | undefined): boolean {
  return response?.status === 502 || response?.status === 503 || response?.status === 504;
}

function retryAfterOf(response: Response | undefined): number {
  // A date is taken for no word: our shop says seconds.
  return Number(response?.headers.get("retry-after")) || 0;
}

function failureOf(problem: Problem | undefined): Failure {
  if (problem === undefined) return { kind: "unexpected" };
  const { code, available, nextReleaseAt, limit } = problem;
  return {
    kind: "refused",
    code,
    available: available ?? null,
    nextReleaseAt: nextReleaseAt ?? null,
    limit: limit ?? null,
  };
}
