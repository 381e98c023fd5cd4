import type { z } from "zod";
import { SessionSchema } from "@/contracts/account";
import { ProblemSchema } from "@/contracts/problem";
import {
  CartSchema,
  type ChangeBody,
  HoldAnswerSchema,
  ReleaseAnswerSchema,
  type ReserveBody,
} from "@/contracts/reservations";
import type { Failure } from "@/domain/refusals";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type Answer<Value> = { ok: true; value: Value } | { ok: false; failure: Failure };

const RESERVATIONS = "/api/stock/reservations";

/**
 * The cart's side of the HTTP contract. Every answer is parsed here; nothing unparsed goes further. A browser that
 * the shop does not know yet asks who it is before its first hold: two first holds at once, or one that is sent
 * again because its answer got lost, then belong to one shopper.
 */
export function createCartApi(fetch: Fetch, { isStranger = false }: { isStranger?: boolean } = {}) {
  let isKnown = !isStranger;
  let asking: Promise<Answer<unknown>> | null = null;

  async function asSomebody<Value>(send: () => Promise<Answer<Value>>): Promise<Answer<Value>> {
    if (isKnown) return send();
    asking ??= request(fetch, "/api/session", { method: "GET" }, SessionSchema);
    const answer = await asking;
    asking = null;
    if (!answer.ok) return answer;
    isKnown = true;
    return send();
  }

  return {
    readCart: () => request(fetch, RESERVATIONS, { method: "GET" }, CartSchema),
    reserve: (body: ReserveBody) =>
      asSomebody(() => request(fetch, RESERVATIONS, withBody("POST", body), HoldAnswerSchema)),
    change: (body: ChangeBody) => request(fetch, RESERVATIONS, withBody("PUT", body), HoldAnswerSchema),
    release: (reservationId: string) =>
      request(
        fetch,
        `${RESERVATIONS}?${new URLSearchParams({ reservationId })}`,
        { method: "DELETE" },
        ReleaseAnswerSchema,
      ),
    releaseAll: () => request(fetch, `${RESERVATIONS}?all=true`, { method: "DELETE" }, ReleaseAnswerSchema),
  };
}
export type CartApi = ReturnType<typeof createCartApi>;

function withBody(method: string, body: unknown): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

export async function request<Value>(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  schema: z.ZodType<Value>,
): Promise<Answer<Value>> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, { ...init, cache: "no-store" });
    body = await response.json();
  } catch (error) {
    // A body that is no JSON came from something between us and the shop; anything else is the network.
    return { ok: false, failure: { kind: error instanceof SyntaxError ? "unexpected" : "unreachable" } };
  }
  if (!response.ok) return { ok: false, failure: failureOf(body) };
  const parsed = schema.safeParse(body);
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, failure: { kind: "unexpected" } };
}

function failureOf(body: unknown): Failure {
  const parsed = ProblemSchema.safeParse(body);
  if (!parsed.success) return { kind: "unexpected" };
  const { code, available, nextReleaseAt, limit } = parsed.data;
  return {
    kind: "refused",
    code,
    available: available ?? null,
    nextReleaseAt: nextReleaseAt ?? null,
    limit: limit ?? null,
  };
}
