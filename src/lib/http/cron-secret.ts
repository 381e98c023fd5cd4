import { createHash, timingSafeEqual } from "node:crypto";
import type { NextRequest } from "next/server";
import { env } from "../env";
import { requireAdmin } from "./identity";
import { ProblemError } from "./problem";

/** What stands behind `Authorization: Bearer`, `null` where the request shows none. */
export function bearerOf(request: Request): string | null {
  return /^Bearer +(.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;
}

/** Throws `cron_secret_required` unless the request shows CRON_SECRET. Without a secret in the settings nobody is let in. */
export function requireCronSecret(request: Request): void {
  if (!isSecret(bearerOf(request), env().CRON_SECRET)) throw new ProblemError("cron_secret_required");
}

/**
 * For what an admin may do as well. Whoever shows a bearer is judged by it alone: where other sites are let through
 * because of it, cookies may not count.
 */
export async function requireAdminOrCron(request: NextRequest): Promise<void> {
  if (bearerOf(request) === null) await requireAdmin(request);
  else requireCronSecret(request);
}

/** In constant time, whatever the lengths. */
function isSecret(given: string | null, secret: string | undefined): boolean {
  if (!given || !secret) return false;
  return timingSafeEqual(digest(given), digest(secret));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
