import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import Stripe from "stripe";
import { ApiError } from "./api-error.ts";
import type { Faults } from "./faults.ts";
import type { Answer, Keys } from "./idempotency.ts";
import { decodeForm, type Params } from "./params.ts";
import { findRoute } from "./routes.ts";
import { newId, nowInSeconds, type World } from "./world.ts";

export type ApiRequest = { method: string; url: URL; headers: IncomingHttpHeaders; body: string };

/** `null`: the connection ends without an answer. */
export type ApiAnswer = (Answer & { headers: Record<string, string> }) | null;

/** A call as it was received, for tests that ask what was asked of Stripe. */
export type Call = {
  method: string;
  path: string;
  params: Params;
  idempotencyKey: string | null;
  requestId: string;
  /** Null when the connection was dropped. */
  status: number | null;
  isReplay: boolean;
  /** Milliseconds since the epoch, when it came. */
  at: number;
};

export type Api = { serve(request: ApiRequest): Promise<ApiAnswer>; calls: Call[] };

class Dropped extends Error {}

export function createApi(world: World, keys: Keys, faults: Faults): Api {
  const calls: Call[] = [];

  async function serve(request: ApiRequest): Promise<ApiAnswer> {
    const { method, url, headers } = request;
    const params = decodeForm(method === "GET" ? url.search.slice(1) : request.body);
    const key = (method === "POST" && headers["idempotency-key"]?.toString()) || null;
    const call: Call = {
      method,
      path: url.pathname,
      params,
      idempotencyKey: key,
      requestId: newId("req", 12),
      status: null,
      isReplay: false,
      at: Date.now(),
    };
    calls.push(call);
    if (calls.length > 50_000) calls.shift();
    const extra: Record<string, string> = {
      "Request-Id": call.requestId,
      "Stripe-Version": headers["stripe-version"]?.toString() ?? Stripe.API_VERSION,
      ...(key && { "Idempotency-Key": key }),
    };
    try {
      const { isReplay, ...answer } = await answerOf(call, headers, key, extra);
      call.isReplay = isReplay;
      call.status = answer.status;
      return { ...answer, headers: extra };
    } catch (error) {
      if (error instanceof Dropped) return null;
      throw error;
    }
  }

  async function answerOf(
    call: Call,
    headers: IncomingHttpHeaders,
    key: string | null,
    extra: Record<string, string>,
  ): Promise<Answer & { isReplay: boolean }> {
    const name = `${call.method} ${call.path}`;
    let began = false;
    try {
      checkKey(headers.authorization, world.secretKey);
      const route = findRoute(call.method, call.path);
      const { requestId, params } = call;
      const request = { endpoint: call.path, params, requestId, now: nowInSeconds() };
      const kept = key && keys.begin({ key, ...request });
      if (kept) {
        Object.assign(extra, { "Idempotent-Replayed": "true", "Original-Request": kept.requestId });
        await goWrong(name, "before", null);
        await goWrong(name, "after", null);
        return { status: kept.status, body: kept.body, isReplay: true };
      }
      began = true;
      await goWrong(name, "before", key);
      world.request = { id: requestId, idempotency_key: key };
      let answer: Answer;
      try {
        answer = { status: 200, body: route.serve(world, params, route.id) };
      } finally {
        world.request = null;
      }
      if (key) keys.keep(key, answer);
      await goWrong(name, "after", null);
      return { ...answer, isReplay: false };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const answer = { status: error.status, body: { error: error.body } };
      if (key && began && !(error instanceof Injected)) {
        if (error.isBeforeBeginning) keys.release(key);
        else keys.keep(key, answer);
      }
      return { ...answer, isReplay: false };
    }
  }

  async function goWrong(name: string, when: "before" | "after", key: string | null): Promise<void> {
    const fault = faults.take(name, when);
    if (!fault) return;
    if (fault.how === "slow") return sleep(fault.ms);
    const error = new Injected(fault.status);
    if (key && fault.how === "error" && fault.kept) {
      keys.keep(key, { status: fault.status, body: { error: error.body } });
    } else if (key) keys.release(key);
    throw fault.how === "drop" ? new Dropped() : error;
  }

  return { serve, calls };
}

/** An error that a test ordered: what it does to the call's key is decided where it is thrown. */
class Injected extends ApiError {
  constructor(status: number) {
    const type = status >= 500 ? "api_error" : "invalid_request_error";
    super(status, {
      type,
      message: "A test told the stand-in to answer this.",
      ...(status === 429 && { code: "rate_limit" }),
    });
  }
}

function checkKey(authorization = "", secretKey: string): void {
  const [, scheme = "", given = ""] = /^(Bearer|Basic)\s+(.+)$/i.exec(authorization) ?? [];
  const key = scheme.toLowerCase() === "basic" ? atob(given).replace(/:.*$/s, "") : given;
  if (key === secretKey) return;
  const message =
    key === ""
      ? "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth."
      : `Invalid API Key provided: ${key.slice(0, 7)}${"*".repeat(8)}${key.slice(-4)}`;
  throw new ApiError(401, { type: "invalid_request_error", message });
}
