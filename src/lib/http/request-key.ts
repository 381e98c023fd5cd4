import { createHash } from "node:crypto";
import type { NextRequest } from "next/server";
import { IdempotencyHeadersSchema } from "@/contracts/common";
import type { RequestKey } from "../idempotency";
import { parse } from "./parse";

/**
 * The `Idempotency-Key` of a change, bare or as a quoted string, with the hash of what is asked: method, path, and
 * the body or query as it was parsed, so that spelling does not matter. Throws `validation_failed`.
 */
export function requestKeyOf(request: NextRequest, asked: unknown): RequestKey | undefined {
  const header = request.headers.get("idempotency-key");
  if (header === null) return undefined;
  const { "Idempotency-Key": key } = parse(IdempotencyHeadersSchema, { "Idempotency-Key": header });
  if (key === undefined) return undefined;
  const what = JSON.stringify([request.method, request.nextUrl.pathname, asked]);
  return {
    idempotencyKey: key.replace(/^"(.*)"$/, "$1"),
    bodyHash: createHash("sha256").update(what).digest("hex"),
  };
}
