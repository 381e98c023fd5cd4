import { distinct, type Kind, type Mutant, type Spot, shorten } from "../mutant.ts";
import { findClauses } from "./clauses.ts";
import { conjunctsOf, weaken } from "./conditions.ts";
import { findLockCalls, findLockOrders, findLocks } from "./locks.ts";
import { type Edit, edit, findEnd, isSign, isWord, type Range, textOf } from "./ranges.ts";
import { type Token, tokenize } from "./tokens.ts";

export type FunctionSource = {
  name: string;
  /** As pg_get_functiondef says it. */
  definition: string;
  /** The part of the definition between its dollar quotes. */
  body: string;
};

type Change = {
  kind: Kind;
  what: string;
  edits: Edit[];
  before?: string;
  /** The condition that gets another value. */
  value?: Edit;
};

/** All mutants of one function. `others` are the functions that it may call. */
export function mutateFunction(source: FunctionSource, others: FunctionSource[] = []): Mutant[] {
  const bodyAt = source.definition.lastIndexOf(source.body);
  const tokens = tokenize(source.body);
  const changes = [
    ...mutateConditions(source.body, tokens),
    ...mutateLocks(source.body, tokens, others),
    ...mutateValues(source.body, tokens),
  ];
  const { definition } = source;
  const call = callOf(source, tokens, bodyAt);
  const spotOf = ({ from, to, text }: Edit): Spot => {
    const [start, end] = [tokens[from]?.start ?? 0, tokens[to - 1]?.end ?? 0];
    return { kind: "value", before: "", definition, from: bodyAt + start, to: bodyAt + end, value: text };
  };
  const mutants = changes.flatMap(({ kind, what, edits, before = "", value }): Mutant[] => {
    const body = edit(source.body, tokens, edits);
    if (bare(body) === bare(source.body)) return [];
    const end = bodyAt + source.body.length;
    const sql = source.definition.slice(0, bodyAt) + body + source.definition.slice(end);
    const spot = value ? spotOf(value) : call;
    const mutant = {
      id: `${source.name} ${kind} ${what}`,
      object: source.name,
      kind,
      sql: `${before}${sql};`,
    };
    return [spot ? { ...mutant, spot } : mutant];
  });
  return distinct(mutants);
}

/** Where the statements of a function begin, in PL/pgSQL. */
function callOf({ definition }: FunctionSource, tokens: Token[], bodyAt: number): Spot | undefined {
  const begin = tokens.find((token) => isWord(token, "begin"));
  if (!begin || !/\blanguage plpgsql\b/i.test(definition)) return undefined;
  return { kind: "call", before: "", definition, from: bodyAt + begin.end };
}

const bare = (sql: string) =>
  tokenize(sql)
    .map(({ text }) => text)
    .join(" ");

function mutateConditions(body: string, tokens: Token[]): Change[] {
  const nameOf = (range: Range) =>
    JSON.stringify(shorten(textOf(body, tokens, range))).replaceAll('\\"', '"');
  return findClauses(tokens).flatMap(({ kind, condition, isOfFullJoin }) => {
    const parts = weaken(tokens, condition);
    const isSingle = conjunctsOf(tokens, condition).length === 1;
    const whole = [
      ...(kind === "guard" || isSingle ? [{ ...condition, text: "true" }] : []),
      ...(kind === "guard" ? [{ ...condition, text: "false" }] : []),
    ];
    return [...whole, ...parts].map((change) => ({
      kind,
      what: `${change.text}: ${nameOf(change)}`,
      edits: [{ ...change, text: ` ${change.text} ` }],
      // The condition of a full join may say nothing but which columns are equal.
      ...(!isOfFullJoin && { value: change }),
    }));
  });
}

function mutateLocks(body: string, tokens: Token[], others: FunctionSource[]): Change[] {
  const what = (range: Range) => textOf(body, tokens, range);
  const locks = findLocks(tokens);
  const removed = locks.map(
    (lock): Change => ({ kind: "lock-removed", what: what(lock), edits: [gone(lock)] }),
  );
  const impatient = locks.flatMap(({ patience }): Change[] =>
    patience ? [{ kind: "skip-locked-removed", what: what(patience), edits: [gone(patience)] }] : [],
  );
  const calls = findLockCalls(tokens).flatMap(({ schema, name }): Change[] => {
    const called = others.find((other) => other.name === `private.${name}`);
    const twin = called && withoutLocks(called);
    if (!twin) return [];
    const edits = [{ from: schema, to: schema + 1, text: "mutant" }];
    return [{ kind: "lock-call-neutralised", what: name, edits, before: twin }];
  });
  const orders = findLockOrders(tokens).map((expressions): Change => {
    const edits = expressions.map((range) => {
      const isDescending = isWord(tokens[range.to - 1], "desc");
      const at = { from: isDescending ? range.to - 1 : range.to, to: range.to };
      return { ...at, text: isDescending ? "" : " desc " };
    });
    return { kind: "lock-order-reversed", what: expressions.map(what).join(", "), edits };
  });
  return [...removed, ...impatient, ...calls, ...orders];
}

/** A twin of a function in a schema of its own, that does all the same and locks nothing. */
function withoutLocks({ name, definition, body }: FunctionSource): string | undefined {
  const tokens = tokenize(body);
  const locks = findLocks(tokens);
  if (locks.length === 0) return undefined;
  const twin = definition.replace(`${name}(`, `${name.replace("private.", "mutant.")}(`);
  return `create schema mutant;\n${twin.replace(body, () => edit(body, tokens, locks.map(gone)))};\n`;
}

/** Clocks that stand still while a lock is waited for, limits that are none, caps that are floors. */
function mutateValues(body: string, tokens: Token[]): Change[] {
  return tokens.flatMap((token, at): Change[] => {
    const isCall = isSign(tokens[at + 1], "(");
    const here = { from: at, to: at + 1 };
    const say = (to: number) => shorten(textOf(body, tokens, { from: at, to }), 70);
    if (isWord(token, "clock_timestamp") && isCall) {
      const from = Math.max(at - 2, 0);
      const what = textOf(body, tokens, { from, to: at + 3 });
      return [{ kind: "clock", what, edits: [{ ...here, text: "statement_timestamp" }] }];
    }
    if (isWord(token, "limit") && !isCall) {
      const isEnd = (end: Token) => isSign(end, ";") || isWord(end, "for", "offset", "loop");
      const to = findEnd(tokens, at, isEnd);
      return [{ kind: "limit", what: say(to), edits: [gone({ from: at, to })] }];
    }
    if (isWord(token, "least", "greatest") && isCall) {
      const text = token.text === "least" ? "greatest" : "least";
      const to = findEnd(tokens, at + 2, () => false) + 1;
      return [{ kind: "bound", what: say(to), edits: [{ ...here, text }] }];
    }
    return [];
  });
}

const gone = ({ from, to }: Range): Edit => ({ from, to, text: "" });
