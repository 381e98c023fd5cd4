import { findEnd, isSign, isWord, type Range, split } from "./ranges.ts";
import type { Token } from "./tokens.ts";

export type LockClause = Range & {
  /** SKIP LOCKED or NOWAIT, where it says so. */
  patience?: Range;
};

/** Every FOR [NO KEY] UPDATE, FOR [KEY] SHARE. */
export function findLocks(tokens: Token[]): LockClause[] {
  const locks: LockClause[] = [];
  for (let from = 0; from < tokens.length; from++) {
    if (!isWord(tokens[from], "for")) continue;
    let strength = from + 1;
    if (isWord(tokens[strength], "no")) strength++;
    if (isWord(tokens[strength], "key")) strength++;
    if (!isWord(tokens[strength], "update", "share")) continue;
    const to = findEnd(tokens, strength, (token) => isSign(token, ";") || isWord(token, "loop", "limit"));
    const patience = findEnd(tokens, strength, (token) => isWord(token, "skip", "nowait"));
    locks.push({ from, to, ...(patience < to && { patience: { from: patience, to } }) });
  }
  return locks;
}

/** The calls of functions that lock, `private.lock_…(`: where their schema and their name stand. */
export function findLockCalls(tokens: Token[]): { schema: number; name: string }[] {
  return tokens.flatMap((token, schema) => {
    const [dot, name, bracket] = tokens.slice(schema + 1, schema + 4);
    const isCall =
      isWord(token, "private") && isSign(dot, ".") && isSign(bracket, "(") && name?.text.startsWith("lock_");
    return isCall && name ? [{ schema, name: name.text }] : [];
  });
}

/**
 * Every ORDER BY that decides in which order rows are locked: before a locking clause, and before ON CONFLICT.
 * As its expressions.
 */
export function findLockOrders(tokens: Token[]): Range[][] {
  const locks = new Set(findLocks(tokens).map(({ from }) => from));
  return tokens.flatMap((token, at) => {
    if (!isWord(token, "order") || !isWord(tokens[at + 1], "by")) return [];
    const to = findEnd(
      tokens,
      at + 2,
      (end) => isSign(end, ";") || isWord(end, "for", "limit", "on", "loop", "nulls"),
    );
    const isUpsert = isWord(tokens[to], "on") && isWord(tokens[to + 1], "conflict");
    if (!locks.has(to) && !isUpsert) return [];
    return [split(tokens, { from: at + 2, to }, (between) => isSign(between, ","))];
  });
}
