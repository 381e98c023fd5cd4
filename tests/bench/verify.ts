import type { Ground } from "./ground.ts";

/** Ends the run: figures of a shop that promises what it has not got are worth nothing. */
export function expectEqual(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`Wrong after a slice: ${what}: ${found} instead of ${expected}`);
}

/** The invariants, as the database itself checks them. */
export async function expectNoDrift({ admin }: Ground): Promise<void> {
  const [row] = await admin<{ findings: unknown[] }[]>`select validate_stock_consistency() as findings`;
  expectEqual("drift", JSON.stringify(row?.findings.slice(0, 3)), "[]");
}
