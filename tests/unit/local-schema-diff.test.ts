import { expect, test } from "vitest";
import { shortDiff } from "../../local/schema-snapshot-diff.ts";

const text = (...lines: string[]) => lines.join("\n");

test("texts that are the same have no difference", () => {
  expect(shortDiff(text("a", "b"), text("a", "b"))).toBe("");
});

test("what differs is shown under the line where it stands now, and nothing else", () => {
  const before = text("a", "b", "c", "d", "e", "f");
  const after = text("a", "B", "c", "d", "f", "g");
  expect(shortDiff(before, after)).toBe(
    text("@@ line 2", "- b", "+ B", "@@ line 5", "- e", "@@ line 6", "+ g"),
  );
});

test.each([
  [text("a"), text("a", "a"), text("@@ line 2", "+ a")],
  [text("a", "a"), text("a"), text("@@ line 2", "- a")],
  ["", text("a", "b"), text("@@ line 1", "- ", "+ a", "+ b")],
])("lines that repeat, and no lines at all: %j to %j", (before, after, difference) => {
  expect(shortDiff(before, after)).toBe(difference);
});

test("a long difference is cut, and says so", () => {
  const many = Array.from({ length: 10 }, (_, at) => `line ${at}`).join("\n");
  expect(shortDiff(many, "other", 3)).toBe(text("@@ line 1", "- line 0", "- line 1", "… and 9 more"));
});
