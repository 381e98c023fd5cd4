import { readFileSync } from "node:fs";
import { join } from "node:path";
import type postgres from "postgres";

type Row = { section: string; name: string; about: string | null; cells: string[] };

const query = readFileSync(join(import.meta.dirname, "database", "access-matrix.sql"), "utf8");
const roles = ["everybody", "anon", "authenticated", "service_role"];

const introduction = `WHO MAY DO WHAT

Written by "npm run schema" from the catalogue of a freshly migrated database; tests/db/access-matrix.test.ts
compares. A change here is a change of rights: read it as one.

everybody      what Postgres grants to PUBLIC
anon           the publishable key
authenticated  a signed-in user's token, an admin's too: what an admin may do is decided by our server
service_role   the secret key

On a table "row by row" a right reaches the rows that a policy lets through; for service_role, all rows.`;

/** Role by object: what the catalogue of a database allows, for people to read. */
export async function readAccessMatrix(sql: postgres.TransactionSql): Promise<string> {
  await sql`set local search_path = ''`;
  const rows = await sql.unsafe<Row[]>(query);
  const of = (section: string) => rows.filter((row) => row.section === section);
  const matrix = (section: string) =>
    [
      line([...roles, section]),
      ...of(section).map(({ cells, about, name }) =>
        line([...cells, `${name}${about ? ` (${about})` : ""}`]),
      ),
    ].join("\n");
  const policies = of("policies").map(({ name, about, cells: [verb, whom, rows, written] }) =>
    [`${about}: ${name}`, `  ${verb} to ${whom}`, `  rows ${rows}`, `  rows written ${written}`].join("\n"),
  );
  const parts = [
    introduction,
    ...["schemas", "tables and views"].map(matrix),
    ["policies", ...policies].join("\n\n"),
    ...["sequences", "functions"].map(matrix),
  ];
  return `${parts.join("\n\n\n")}\n`;
}

/** Of fixed width and with the name at its end, so that a change of one line leaves the others as they are. */
const line = (cells: string[]) =>
  cells
    .map((cell) => cell.padEnd(15))
    .join("")
    .trimEnd();
