import type { z } from "zod";
import { secretClient, TIMEOUT_MS } from "./clients";
import type { Database } from "./database.types";
import { toDatabaseError } from "./database-error";
import { type Attempts, IF_ROLLED_BACK, repeatWhileUnavailable } from "./repeat";

type Functions = Database["public"]["Functions"];

/**
 * Calls one of our SQL functions with the secret key and parses its answer at the border. What was rolled back is
 * repeated a few times; pass `IF_IDEMPOTENT` where a lost connection may be answered by a second call too.
 * Throws `DatabaseUnavailable` when no answer can be had now, `DatabaseError` for a bug.
 */
export function callFunction<Name extends keyof Functions & string, Answer>(
  name: Name,
  args: Functions[Name]["Args"],
  schema: z.ZodType<Answer>,
  attempts: Attempts = IF_ROLLED_BACK,
): Promise<Answer> {
  return repeatWhileUnavailable(() => callOnce(name, args, schema), attempts);
}

async function callOnce<Name extends keyof Functions & string, Answer>(
  name: Name,
  args: Functions[Name]["Args"],
  schema: z.ZodType<Answer>,
): Promise<Answer> {
  const { data, error, status } = await secretClient()
    .rpc(name, args)
    .abortSignal(AbortSignal.timeout(TIMEOUT_MS));
  if (error) throw toDatabaseError(error, status);
  return schema.parse(data);
}
