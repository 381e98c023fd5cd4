import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCatalogue } from "./schema-snapshot-text.ts";

type Row = { section: string; name: string; about: string | null; cells: string[] };

const query = readFileSync(join(import.meta.dirname, "database", "access-matrix.sql"), "utf8");
const roles = ["everybody", "anon", "authenticated", "service_role"];

const introduction = `# Who may do what

Written by \`npm run schema\` from the catalogue of a freshly migrated database; \`tests/db/access-matrix.test.ts\` compares. A change here is a change of rights: read it as one.

\`everybody\` is what Postgres grants to \`PUBLIC\`. \`anon\` is the publishable key, \`authenticated\` a signed-in user's token (an admin's too: what an admin may do, our server decides), \`service_role\` the secret key. On a table "row by row" a right reaches the rows that a policy lets through, for \`service_role\` all rows.`;

/** Role by object: what the catalogue of a database allows, for people to read. */
export async function readAccessMatrix(url: string): Promise<string> {
  const rows = await readCatalogue(url, (sql) => sql.unsafe<Row[]>(query));
  const of = (section: string) => rows.filter((row) => row.section === section);
  const objects = (section: string, title: string, about?: string) =>
    table(
      [title, ...(about ? [about] : []), ...roles],
      of(section).map(({ name, about: says, cells }) => [
        code(name),
        ...(about ? [says ?? "-"] : []),
        ...cells,
      ]),
    );
  const policies = of("policies").map(
    ({ name, about, cells: [verb = "", whom = "", using = "", check = ""] }) => [
      code(name),
      code(about ?? ""),
      verb,
      whom,
      code(using),
      check === "-" ? check : code(check),
    ],
  );
  return `${[
    introduction,
    `## Schemas\n\n${objects("schemas", "schema")}`,
    `## Tables and views\n\n${objects("tables", "name", "kind")}`,
    `## Policies\n\n${table(["policy", "table", "for", "to", "rows", "rows written"], policies)}`,
    `## Sequences\n\n${objects("sequences", "sequence")}`,
    `## Functions\n\n${objects("functions", "function", "runs")}`,
  ].join("\n\n")}\n`;
}

const code = (text: string) => `\`${text.replaceAll("|", "\\|")}\``;

/** Padded as the formatter would. */
function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
