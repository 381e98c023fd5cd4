/**
 * Something the person at the keyboard can mend. The message is one sentence that says what to do;
 * it is printed without a stack trace.
 */
export class Problem extends Error {
  override name = "Problem";
}

/** What to print for any thrown value: a Problem's sentence, or the full stack of what is our bug. */
export function describeFailure(error: unknown): string {
  if (error instanceof Problem) return error.message;
  const { code, path } = error as NodeJS.ErrnoException;
  if (path && (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOSPC")) {
    const why = code === "ENOSPC" ? "the disk is full" : "this account may not";
    return `${path} could not be written, ${why}: mend that, then run this again.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
