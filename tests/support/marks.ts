import { readFileSync, writeFileSync } from "node:fs";

/** Puts what a command has printed between its marks in a page. What people wrote around them stays. */
export function putBetweenMarks(file: string, name: string, text: string): void {
  const marks = { begin: `<!-- ${name} begin -->`, end: `<!-- ${name} end -->` };
  const page = readFileSync(file, "utf8");
  const begin = page.indexOf(marks.begin);
  const end = page.indexOf(marks.end);
  if (begin === -1 || end < begin)
    throw new Error(`${file} has lost its marks ${marks.begin}, ${marks.end}.`);
  const head = page.slice(0, begin + marks.begin.length);
  writeFileSync(file, `${head}\n\n${text}\n\n${page.slice(end)}`);
}
