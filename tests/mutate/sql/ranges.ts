import type { Token } from "./tokens.ts";

/** Tokens from one place up to, not including, another. */
export type Range = { from: number; to: number };

/** Replaces the tokens of a range by other text. */
export type Edit = Range & { text: string };

export const isWord = (token: Token | undefined, ...words: string[]): boolean =>
  token?.kind === "word" && words.includes(token.text);

export const isSign = (token: Token | undefined, sign: string): boolean =>
  token?.kind === "sign" && token.text === sign;

/**
 * The first place after `start` at which `isEnd` says so, on the same level of brackets and outside of a
 * CASE expression that began meanwhile; else where the brackets around `start`, or the text, end.
 */
export function findEnd(
  tokens: Token[],
  start: number,
  isEnd: (token: Token, at: number) => boolean,
): number {
  const depth = tokens[start]?.depth ?? 0;
  let cases = 0;
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (token.depth < depth) return at;
    if (token.depth > depth) continue;
    if (cases === 0 && isEnd(token, at)) return at;
    if (isWord(token, "case")) cases++;
    if (isWord(token, "end") && cases > 0) cases--;
  }
  return tokens.length;
}

/** Splits a range at every place that `isBetween` says, on its own level of brackets. */
export function split(
  tokens: Token[],
  { from, to }: Range,
  isBetween: (token: Token, at: number) => boolean,
): Range[] {
  const parts: Range[] = [];
  let begin = from;
  while (begin < to) {
    const end = Math.min(findEnd(tokens, begin, isBetween), to);
    if (end > begin) parts.push({ from: begin, to: end });
    begin = end + 1;
  }
  return parts;
}

/** The source text with edits applied, which must not overlap. */
export function edit(source: string, tokens: Token[], edits: Edit[]): string {
  let text = source;
  for (const { from, to, text: replacement } of edits.toSorted((a, b) => b.from - a.from)) {
    const [start, end] = [startOf(tokens, from), tokens[to - 1]?.end ?? 0];
    text = text.slice(0, start) + replacement + text.slice(Math.max(end, start));
  }
  return text;
}

const startOf = (tokens: Token[], at: number): number => tokens[at]?.start ?? tokens.at(-1)?.end ?? 0;

/** What stands in a range, on one line and without comments: for names. */
export function textOf(source: string, tokens: Token[], { from, to }: Range): string {
  let text = "";
  let end = tokens[from]?.start ?? 0;
  for (const token of tokens.slice(from, to)) {
    text += (token.start > end ? " " : "") + source.slice(token.start, token.end).replace(/\s+/g, " ");
    end = token.end;
  }
  return text;
}
