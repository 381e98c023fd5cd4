import { type Edit, isSign, isWord, type Range, split } from "./ranges.ts";
import type { Token } from "./tokens.ts";

/**
 * Every way to weaken a condition by one part of it: an alternative of OR that never holds, a conjunct of AND
 * that always does. Looks into brackets, not into subqueries.
 */
export function weaken(tokens: Token[], range: Range): Edit[] {
  const alternatives = splitAt(tokens, range, "or");
  if (alternatives.length > 1) {
    return alternatives.flatMap((part) => [{ ...part, text: "false" }, ...weakenParts(tokens, part)]);
  }
  return weakenParts(tokens, range);
}

/** The conjuncts of a condition; the whole of it where OR stands on the same level. */
export function conjunctsOf(tokens: Token[], range: Range): Range[] {
  return splitAt(tokens, range, "or").length > 1 ? [range] : splitAt(tokens, range, "and");
}

function weakenParts(tokens: Token[], range: Range): Edit[] {
  const conjuncts = splitAt(tokens, range, "and");
  const inner = conjuncts.flatMap((part) => {
    const inside = bracketed(tokens, part);
    return inside ? weaken(tokens, inside) : [];
  });
  return conjuncts.length > 1 ? [...conjuncts.map((part) => ({ ...part, text: "true" })), ...inner] : inner;
}

/** What stands in `( … )` or `not ( … )`, where the part is nothing else and no subquery. */
function bracketed(tokens: Token[], { from, to }: Range): Range | undefined {
  const open = isWord(tokens[from], "not") ? from + 1 : from;
  const isWhole =
    isSign(tokens[open], "(") && isSign(tokens[to - 1], ")") && closingOf(tokens, open) === to - 1;
  return isWhole && !isWord(tokens[open + 1], "select", "with") ? { from: open + 1, to: to - 1 } : undefined;
}

/** Where the bracket that opens here is closed. */
export function closingOf(tokens: Token[], open: number): number {
  const depth = tokens[open]?.depth ?? 0;
  const closing = tokens.findIndex((token, at) => at > open && token.depth <= depth);
  return closing === -1 ? tokens.length : closing;
}

function splitAt(tokens: Token[], range: Range, word: "and" | "or"): Range[] {
  // The AND of BETWEEN joins nothing.
  const joins = new Set<number>();
  const depth = tokens[range.from]?.depth;
  let betweens = 0;
  for (let at = range.from; at < range.to; at++) {
    if (tokens[at]?.depth !== depth) continue;
    if (isWord(tokens[at], "between")) betweens++;
    else if (isWord(tokens[at], "and") && betweens > 0) betweens--;
    else joins.add(at);
  }
  return split(tokens, range, (token, at) => joins.has(at) && isWord(token, word));
}
