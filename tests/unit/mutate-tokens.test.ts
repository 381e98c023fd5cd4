import { expect, test } from "vitest";
import { findEnd, isSign, isWord, split, textOf } from "../mutate/sql/ranges.ts";
import { tokenize } from "../mutate/sql/tokens.ts";

const texts = (sql: string) => tokenize(sql).map(({ text }) => text);

test("strings, quoted names, dollar quotes and comments stay whole", () => {
  expect(
    texts("select 'a and ''b''' -- where\n, \"or\" /* if /* nested */ then */ from $x$ where $$ and $x$"),
  ).toEqual([...["select", "'a and ''b'''", ",", '"or"', "from", "$x$ where $$ and $x$"]]);
  expect(texts("e'it\\'s' 'no\\'")).toEqual(["e'it\\'s'", "'no\\'"]);
});

test("words are in lower case, numbers stop before a range, operators are one sign", () => {
  expect(texts("For I in 1 .. 10.5 Loop a.b->>'c' #>> x::text <= -1;")).toEqual([
    ...["for", "i", "in", "1", "..", "10.5", "loop", "a", ".", "b", "->>", "'c'", "#>>", "x", "::", "text"],
    ...["<=", "-", "1", ";"],
  ]);
  expect(texts("1..2")).toEqual(["1", "..", "2"]);
  expect(texts("v := a -- b\n+ /* c */ 1")).toEqual(["v", ":=", "a", "+", "1"]);
});

test("every token knows where it stands, and how deep", () => {
  const sql = "f(a[1], (b))";
  const tokens = tokenize(sql);
  for (const { text, start, end } of tokens) expect(sql.slice(start, end)).toBe(text);
  expect(tokens.map(({ text, depth }) => `${text}${depth}`)).toEqual([
    ...["f0", "(0", "a1", "[1", "12", "]1", ",1", "(1", "b2", ")1", ")0"],
  ]);
});

test("an end is looked for outside of brackets and of CASE", () => {
  const sql = "a and (b or c) or case when d or e then f end or g";
  const tokens = tokenize(sql);
  const parts = split(tokens, { from: 0, to: tokens.length }, (token) => isWord(token, "or"));
  expect(parts.map((part) => textOf(sql, tokens, part))).toEqual([
    ...["a and (b or c)", "case when d or e then f end", "g"],
  ]);
  expect(findEnd(tokenize("(a, b); c"), 1, (token) => isSign(token, ";"))).toBe(4);
});
