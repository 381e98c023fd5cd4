/** The lines that differ, as `- before` and `+ after` under where they stand; at most `limit` of them. */
export function shortDiff(before: string, after: string, limit = 40): string {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const lines = changedLines(old, now);
  const shown = lines.slice(0, limit);
  if (lines.length > limit) shown.push(`… and ${lines.length - limit} more`);
  return shown.join("\n");
}

function changedLines(old: string[], now: string[]): string[] {
  const [start, oldEnd, nowEnd] = whereTheyDiffer(old, now);
  const length = longestCommon(old.slice(start, oldEnd), now.slice(start, nowEnd));
  const at = (i: number, j: number) => length[i - start]?.[j - start] ?? 0;
  const lines: string[] = [];
  let isInside = false;
  for (let i = start, j = start; i < oldEnd || j < nowEnd; ) {
    if (i < oldEnd && j < nowEnd && old[i] === now[j]) {
      i++;
      j++;
      isInside = false;
      continue;
    }
    if (!isInside) lines.push(`@@ line ${j + 1}`);
    isInside = true;
    const isGone = j >= nowEnd || (i < oldEnd && at(i + 1, j) >= at(i, j + 1));
    lines.push(isGone ? `- ${old[i++]}` : `+ ${now[j++]}`);
  }
  return lines;
}

/** From the first line that differs to the last, in either text. */
function whereTheyDiffer(old: string[], now: string[]): [start: number, oldEnd: number, nowEnd: number] {
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start++;
  let same = 0;
  while (same < shorter - start && old.at(-1 - same) === now.at(-1 - same)) same++;
  return [start, old.length - same, now.length - same];
}

/** For every pair of line numbers, how many lines the two rests have in common, in order. */
function longestCommon(old: string[], now: string[]): Uint16Array[] {
  const length = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    const [row, below] = [length[i], length[i + 1]];
    if (!row || !below) continue;
    for (let j = now.length - 1; j >= 0; j--) {
      row[j] = old[i] === now[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return length;
}
