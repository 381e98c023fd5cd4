import { describe, expect, test } from "vitest";
import { findClauses } from "../mutate/sql/clauses.ts";
import { conjunctsOf, weaken } from "../mutate/sql/conditions.ts";
import { findLockCalls, findLockOrders, findLocks } from "../mutate/sql/locks.ts";
import { textOf } from "../mutate/sql/ranges.ts";
import { tokenize } from "../mutate/sql/tokens.ts";

function clausesOf(sql: string) {
  const tokens = tokenize(sql);
  return findClauses(tokens).map(({ kind, condition }) => `${kind}: ${textOf(sql, tokens, condition)}`);
}

describe("conditions", () => {
  test.each([
    ["select 1 from a where x = 1 and y order by z", ["where: x = 1 and y"]],
    ["select 1 from a where x for no key update skip locked", ["where: x"]],
    ["for r in select 1 from a where x loop null; end loop;", ["where: x"]],
    ["select count(*) filter (where x) from (select 1 where y) as b", ["where: x", "where: y"]],
    ["insert into a select 1 from b where x on conflict (id) do nothing", ["where: x"]],
    ["insert into a select 1 on conflict (id, x) where x is null do update set y = 1 where z", ["where: z"]],
    [
      "select 1 from a join b on a.id = b.id left join c on true where x",
      ["on: a.id = b.id", "on: true", "where: x"],
    ],
    ["select 1 from a join b on left(a.x, 1) = b.x, c where x", ["on: left(a.x, 1) = b.x", "where: x"]],
    [
      "if a then b; elsif c or d then e; end if; if f then g; end if;",
      ["guard: a", "guard: c or d", "guard: f"],
    ],
    ["x := case when a then 1 when b then 2 else 3 end + 4;", ["guard: a", "guard: b"]],
    ["x := case a when 'b' then 1 else 2 end;", []],
    ["case a when 'b' then if c then null; end if; else null; end case;", ["guard: c"]],
    ["while a loop exit when b; continue when c; end loop;", ["guard: a", "guard: b", "guard: c"]],
    ["begin if a then null; end if; exception when sqlstate 'HF010' then null; end;", ["guard: a"]],
    [
      "if exists (select 1 from a where x) then null; end if;",
      ["guard: exists (select 1 from a where x)", "where: x"],
    ],
    ["-- where x\nselect 'where y'", []],
  ])("%s", (sql, clauses) => {
    expect(clausesOf(sql)).toEqual(clauses);
  });
});

function weakened(sql: string) {
  const tokens = tokenize(sql);
  const whole = { from: 0, to: tokens.length };
  return weaken(tokens, whole).map((part) => `${textOf(sql, tokens, part)} → ${part.text}`);
}

describe("weakened", () => {
  test.each([
    ["a = 1", []],
    ["a and b", ["a → true", "b → true"]],
    ["a or b", ["a → false", "b → false"]],
    ["a and b or c", ["a and b → false", "a → true", "b → true", "c → false"]],
    ["a between 1 and 2 and b", ["a between 1 and 2 → true", "b → true"]],
    ["a and (b or c)", ["a → true", "(b or c) → true", "b → false", "c → false"]],
    ["not (a and b)", ["a → true", "b → true"]],
    ["f(a and b)", []],
    ["(select a and b)", []],
    ["case when a and b then c end", []],
  ])("%s", (sql, parts) => {
    expect(weakened(sql)).toEqual(parts);
  });

  test("conjuncts are those of the same level, and one where OR stands there", () => {
    const count = (sql: string) => {
      const tokens = tokenize(sql);
      return conjunctsOf(tokens, { from: 0, to: tokens.length }).length;
    };
    expect([count("a"), count("a and b and (c and d)"), count("a and b or c")]).toEqual([1, 3, 1]);
  });
});

describe("locks", () => {
  const sql = `for v in select 1 from a order by x, y desc for no key update of a skip locked loop
    perform private.lock_levels(b); insert into c select 1 from d order by e on conflict do nothing;
    perform 1 from (select 1 order by f for update) as g; select 1 order by h; end loop;`;
  const tokens = tokenize(sql);
  const text = (range: { from: number; to: number }) => textOf(sql, tokens, range);

  test("every locking clause is found, with whether it waits", () => {
    expect(findLocks(tokens).map((lock) => [text(lock), lock.patience && text(lock.patience)])).toEqual([
      ["for no key update of a skip locked", "skip locked"],
      ["for update", undefined],
    ]);
  });
  test("every call of what locks is found", () => {
    expect(findLockCalls(tokens).map(({ name }) => name)).toEqual(["lock_levels"]);
  });
  test("an order counts where it decides what is locked first", () => {
    expect(findLockOrders(tokens).map((some) => some.map(text))).toEqual([["x", "y desc"], ["e"], ["f"]]);
  });
});
