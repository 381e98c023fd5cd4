/** The database cannot answer now: down, unreachable, out of connections, or a lock that was not given in time. */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";
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

type Failure = { message: string; code?: string };

/** Lock and statement time-outs, too many connections, shutdown, and connections that broke (class 08). */
const passing = /^(55P03|57014|53300|57P0\d|08...)$/;

/** What a failed call to the Data API means. `status` is that of its answer; 0 where none came. */
export function toDatabaseError({ message, code = "" }: Failure, status: number): Error {
  const gatewayDown = status === 0 || status === 502 || status === 503 || status === 504;
  if (gatewayDown || passing.test(code)) return new DatabaseUnavailable(message);
  return new DatabaseError(message, code);
}
