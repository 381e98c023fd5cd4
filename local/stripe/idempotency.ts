import { createHash } from "node:crypto";
import { ApiError } from "./api-error.ts";
import type { Records } from "./records.ts";

// https://docs.stripe.com/api/idempotent_requests: the first answer of a key is the answer of that key.

export type Answer = { status: number; body: unknown };

export type KeptAnswer = {
  /** The key itself. */
  id: string;
  endpoint: string;
  fingerprint: string;
  /** Seconds since the epoch. */
  created: number;
  requestId: string;
  /** None while the first request is under way. */
  answer?: Answer;
};

/** Stripe says "at least 24 hours". */
const KEPT_SECONDS = 30 * 60 * 60;

export type Request = { key: string; endpoint: string; params: unknown; requestId: string; now: number };

export type Keys = {
  /** The answer to give again; undefined when this request is the first and is to be served. */
  begin(request: Request): (Answer & { requestId: string }) | undefined;
  /** From now on the key gives this answer. */
  keep(key: string, answer: Answer): void;
  /** The request never began: its key is free again. */
  release(key: string): void;
};

export function createKeys(records: Records): Keys {
  // Served when the last run was killed: nobody will finish it.
  for (const { id, answer } of records.all("key")) if (!answer) records.forget("key", id);
  return {
    begin({ key, endpoint, params, requestId, now }) {
      const kept = records.find("key", key);
      const fingerprint = createHash("sha256").update(JSON.stringify(params)).digest("hex");
      if (!kept || kept.created < now - KEPT_SECONDS) {
        records.put("key", { id: key, endpoint, fingerprint, created: now, requestId });
        return undefined;
      }
      if (kept.endpoint !== endpoint)
        throw mismatch(
          key,
          `for the same endpoint they were first used for ('${kept.endpoint}' vs '${endpoint}')`,
        );
      if (kept.fingerprint !== fingerprint)
        throw mismatch(key, "with the same parameters they were first used with");
      if (!kept.answer) throw inUse(key);
      return { ...kept.answer, requestId: kept.requestId };
    },
    keep(key, answer) {
      const kept = records.find("key", key);
      if (kept) records.put("key", { ...kept, answer });
    },
    release: (key) => records.forget("key", key),
  };
}

function mismatch(key: string, how: string): ApiError {
  const message = `Keys for idempotent requests can only be used ${how}. Try using a key other than '${key}' if you meant to execute a different request.`;
  return new ApiError(400, { type: "idempotency_error", message });
}

function inUse(key: string): ApiError {
  const message = `There is currently another in-progress request using this Idempotent Key: ${key}. Please try again later.`;
  return new ApiError(409, { type: "idempotency_error", code: "idempotency_key_in_use", message });
}
