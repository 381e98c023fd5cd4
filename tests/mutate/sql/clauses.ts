import { findEnd, isSign, isWord, type Range } from "./ranges.ts";
import type { Token } from "./tokens.ts";

export type Clause = { kind: "where" | "on" | "guard"; condition: Range; isOfFullJoin?: boolean };

const afterWhere = [
  ...["group", "order", "limit", "offset", "fetch", "union", "intersect", "except", "having", "window"],
  ...["returning", "for", "loop", "into", "then"],
];
const afterOn = [...afterWhere, "join", "inner", "cross", "natural", "full", "where"];

/**
 * Every condition of a function's body: WHERE (also of FILTER), ON of joins, and the guards that say what is done:
 * IF, ELSIF, WHILE, EXIT WHEN, CONTINUE WHEN and the WHEN of a searched CASE.
 */
export function findClauses(tokens: Token[]): Clause[] {
  const clauses: Clause[] = [];
  const open: ("begin" | "if" | "loop" | "case" | "searched case")[] = [];
  const add = (kind: Clause["kind"], at: number, ends: (token: Token, at: number) => boolean) => {
    const condition = { from: at + 1, to: findEnd(tokens, at + 1, ends) };
    if (condition.to > condition.from) clauses.push({ kind, condition });
  };
  const until =
    (...words: string[]) =>
    (token: Token) =>
      isWord(token, ...words) || isSign(token, ";");

  for (let at = 0; at < tokens.length; at++) {
    const [before, token, next] = [tokens[at - 1], tokens[at] as Token, tokens[at + 1]];
    if (token.kind !== "word" || isSign(before, ".")) continue;
    switch (token.text) {
      case "where":
        if (isOfConflictTarget(tokens, at)) break;
        add("where", at, (end, i) => until(...afterWhere)(end) || isConflict(tokens, i));
        break;
      case "on":
        if (isConflict(tokens, at) || isWord(before, "distinct")) break;
        add("on", at, (end, i) => until(...afterOn)(end) || isSideOfJoin(tokens, i) || isSign(end, ","));
        if (isOfFullJoin(tokens, at)) Object.assign(clauses.at(-1) ?? {}, { isOfFullJoin: true });
        break;
      case "if":
        open.push("if");
        add("guard", at, until("then"));
        break;
      case "elsif":
      case "elseif":
        add("guard", at, until("then"));
        break;
      case "while":
        add("guard", at, until("loop"));
        break;
      case "begin":
      case "loop":
        open.push(token.text);
        break;
      case "case":
        open.push(isWord(next, "when") ? "searched case" : "case");
        break;
      case "when":
        if (isWord(before, "exit", "continue") || open.at(-1) === "searched case") {
          add("guard", at, until("then"));
        }
        break;
      case "end":
        open.pop();
        if (isWord(next, "if", "loop", "case")) at++;
    }
  }
  return clauses;
}

const isConflict = (tokens: Token[], at: number) =>
  isWord(tokens[at], "on") && isWord(tokens[at + 1], "conflict");

/** The WHERE of `ON CONFLICT ( … ) WHERE` names an index and decides nothing. */
function isOfConflictTarget(tokens: Token[], where: number): boolean {
  const closing = tokens[where - 1];
  const open = tokens.findLastIndex(
    (token, i) => i < where - 1 && token.depth === closing?.depth && isSign(token, "("),
  );
  return isSign(closing, ")") && isWord(tokens[open - 1], "conflict");
}

/** Whether the last join before this ON is a FULL one. */
function isOfFullJoin(tokens: Token[], on: number): boolean {
  const depth = tokens[on]?.depth;
  const join = tokens.findLastIndex((token, i) => i < on && token.depth === depth && isWord(token, "join"));
  return (
    isWord(tokens[join - 1], "full") ||
    (isWord(tokens[join - 1], "outer") && isWord(tokens[join - 2], "full"))
  );
}

/** LEFT or RIGHT of a join, not the function of that name. */
const isSideOfJoin = (tokens: Token[], at: number) =>
  isWord(tokens[at], "left", "right") && isWord(tokens[at + 1], "join", "outer");
