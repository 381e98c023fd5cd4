import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const pages = execFileSync("git", ["ls-files", "*.md"], { encoding: "utf8" }).trim().split("\n");

/** Paths in backquotes that look like a file of the repository, and the targets of relative links. */
function namedIn(page: string): string[] {
  const text = readFileSync(page, "utf8");
  const quoted = [...text.matchAll(/`((?:src|local|tests|docs|supabase)\/[\w./[\]-]+\.\w+)`/g)].map(
    ([, path]) => path,
  );
  const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) =>
    join(dirname(page), path ?? ""),
  );
  return [...quoted, ...linked].filter((path) => path !== undefined);
}

test.each(pages)("every file that %s names is there", (page) => {
  expect(namedIn(page).filter((path) => !existsSync(path))).toEqual([]);
});
