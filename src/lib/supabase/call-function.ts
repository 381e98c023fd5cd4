import type { z } from "zod";
import { secretClient } from "./clients";
import type { Database } from "./database.types";
import { toDatabaseError } from "./database-error";

type Functions = Database["public"]["Functions"];

/** Longer than the functions' own lock_timeout (3 s), so that the database gives up first and says why. */
const TIMEOUT_MS = 8_000;

/**
 * Calls one of our SQL functions with the secret key and parses its answer at the border.
 * Throws `DatabaseUnavailable` when no answer can be had now, `DatabaseError` for a bug.
 */
export async function callFunction<Name extends keyof Functions & string, Answer>(
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
