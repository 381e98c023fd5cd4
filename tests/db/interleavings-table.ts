import { beforeAll, expect, test } from "vitest";
import { type Sql, type TestDatabase, useTestDatabase } from "../support/database.ts";
import { expectConsistent, must } from "../support/shop.ts";
import { begin, commit, findDrift, rollback, startBeside } from "./sessions.ts";

type Place = "first" | "second";

/** What is played: where everything begins, what a session can do there, and how what is left reads. */
export type Play<Operation extends string, Scene> = {
  /** Every pair of these stands in the table, one from each list, in both orders, once. */
  operations: readonly Operation[];
  beside: readonly Operation[];
  setScene: (db: TestDatabase) => Promise<Scene>;
  perform: (operation: Operation, session: Sql, scene: Scene, place: Place) => Promise<string>;
  stateOf: (sql: Sql, scene: Scene) => Promise<string>;
};

type Row<Operation> = {
  first: Operation;
  second: Operation;
  /** `waits`: for the first session, as pg_blocking_pids says. `at once`: it answers while the first is open. */
  waits: string;
  answer: string;
  afterCommit: { answer: string; state: string };
  afterRollback: { answer: string; state: string };
};

async function play<Operation extends string, Scene>(
  { setScene, perform, stateOf }: Play<Operation, Scene>,
  db: TestDatabase,
  row: Pick<Row<Operation>, "first" | "second">,
  [first, second]: [Sql, Sql],
  end: typeof commit,
) {
  const scene = await setScene(db);
  await begin(first);
  const answer = await perform(row.first, first, scene, "first");
  const beside = await startBeside(db, first, second, (s) => perform(row.second, s, scene, "second"));
  await end(first);
  const late = await beside.result.catch((error: { code?: string }) => error.code ?? String(error));
  const waits = beside.isBlocked ? "waits" : "at once";
  return { waits, answer, late: { answer: late, state: await stateOf(db.sql, scene) } };
}

/** Reads a table of rows `first | second | waits | answer | answer | state | answer | state`. */
function readTable<Operation extends string>(operations: readonly Operation[], table: string) {
  return table
    .trim()
    .split("\n")
    .map((line): Row<Operation> => {
      const [first, second, waits, answer, ...then] = line.split("|").map((cell) => cell.trim());
      const [late, state, lateAlone, stateAlone] = then.map(must);
      return {
        first: must(operations.find((name) => name === first)),
        second: must(operations.find((name) => name === second)),
        waits: must(waits),
        answer: must(answer),
        afterCommit: { answer: must(late), state: must(state) },
        afterRollback: { answer: must(lateAlone), state: must(stateAlone) },
      };
    });
}

/**
 * Plays every row of the table twice: the first session's work is committed, or rolled back, after the second
 * session's began. The table must have every pair of operations in both orders, once.
 */
export function testTable<Operation extends string, Scene>(
  actors: Play<Operation, Scene>,
  table: string,
): void {
  const { operations, beside } = actors;
  const db = useTestDatabase();
  const rows = readTable([...operations, ...beside], table);
  let sessions: [Sql, Sql];
  beforeAll(() => {
    sessions = [db.connect(), db.connect()];
  });

  test("every pair of operations is in the table, in both orders, once", () => {
    const pairs = operations.flatMap((one) =>
      beside.flatMap((other) => [`${one}, ${other}`, `${other}, ${one}`]),
    );
    expect(rows.map(({ first, second }) => `${first}, ${second}`).toSorted()).toEqual(
      [...new Set(pairs)].toSorted(),
    );
  });

  const check = async (row: Row<Operation>, end: typeof commit, late: Row<Operation>["afterCommit"]) => {
    const played = await play(actors, db, row, sessions, end);
    expect(played).toEqual({ waits: row.waits, answer: row.answer, late });
    await expectConsistent(db.sql);
    expect(await findDrift(db.sql)).toEqual([]);
  };
  test.each(rows)(
    "$first, then $second, and the first commits: $afterCommit.answer → $afterCommit.state",
    (row) => check(row, commit, row.afterCommit),
  );
  test.each(rows)(
    "$first, then $second, and the first gives up: $afterRollback.answer → $afterRollback.state",
    (row) => check(row, rollback, row.afterRollback),
  );
}
