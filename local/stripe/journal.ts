import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** One line of the file: what of which kind was last what. */
export type Entry = [kind: string, value: { id: string }];

export type Journal = {
  /** What the last run left, the newest of each, in the order in which they were first written. */
  read(): Entry[];
  append(entry: Entry): void;
};

/** Keeps nothing: for tests. */
export const noJournal: Journal = { read: () => [], append: () => {} };

/** A file that is only appended to, and written anew without what is outdated when it is read. */
export function fileJournal(file: string): Journal {
  return {
    read() {
      const entries = new Map<string, Entry>();
      for (const line of existsSync(file) ? readFileSync(file, "utf8").split("\n") : []) {
        const entry = parse(line);
        if (entry) entries.set(`${entry[0]} ${entry[1].id}`, entry);
      }
      mkdirSync(dirname(file), { recursive: true });
      const lines = [...entries.values()].map((entry) => `${JSON.stringify(entry)}\n`);
      writeFileSync(file, lines.join(""), { mode: 0o600 });
      return [...entries.values()];
    },
    append: (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`),
  };
}

/** The last line of a run that was killed may be half a line. */
function parse(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}
