/**
 * Why the database gave no answer, in terms of what may follow:
 * - `contended`: it rolled the call back because of others (serialization, deadlock). Certainly nothing changed, and a
 *   moment later it may work.
 * - `locked`: the same, after the whole of `lock_timeout` went by: a second call may wait as long.
 * - `lost`: the connection broke under way. What became of the call is not known; only an idempotent one may be repeated.
 * - `down`: there is nobody to ask now. To repeat it at once would only press on a database that is in trouble.
 */
export type Unavailability = "contended" | "locked" | "lost" | "down";

/** The database cannot answer now: down, unreachable, out of connections, or a lock that was not given in time. */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";
  readonly why: Unavailability;
  /** SQLSTATE, or the code of whoever noticed; empty where nobody gave one. */
  readonly code: string;

  constructor(message: string, why: Unavailability = "down", code = "") {
    super(message);
    this.why = why;
    this.code = code;
  }
}

/** The database refused something that our code should not have asked for: a bug or a broken invariant. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  /** SQLSTATE, or the gateway's own code. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

type Failure = { message: string; code?: string };

const meanings: [RegExp, Unavailability][] = [
  [/^(40001|40P01)$/, "contended"],
  [/^55P03$/, "locked"],
  // The server is starting or full, the statement took too long; the Data API cannot connect, or has none free.
  [/^(57P03|57014|53\d{3}|PGRST00[023])$/, "down"],
  // Connections that broke, because the server ended, crashed or was told to end them.
  [/^(08...|57P\d\d|ECONNRESET|EPIPE|UND_ERR_SOCKET|PGRST001)$/, "lost"],
];

/** What a failed call to the Data API means. `status` is that of its answer; 0 where none came. */
export function toDatabaseError({ message, code = "" }: Failure, status: number): Error {
  const known = meanings.find(([codes]) => codes.test(code));
  if (known) return new DatabaseUnavailable(message, known[1], code);
  const gatewayDown = status === 0 || status === 502 || status === 503 || status === 504;
  if (gatewayDown) return new DatabaseUnavailable(message, "down", code);
  return new DatabaseError(message, code);
}

/** Whether the database itself rolled the call back: certainly nothing changed. */
export function isRolledBack(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return error.why === "contended" || error.why === "locked";
  return error instanceof DatabaseError && SQLSTATE.test(error.code);
}
