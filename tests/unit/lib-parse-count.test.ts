import { describe, expect, it } from "vitest";
import { MAX_IMPORT_ROWS } from "@/contracts/admin-stock";
import { parseCount } from "@/lib/admin/parse-count";

const HEAD = "sku,location,on_hand\n";
const rowsOf = (csv: string) => {
  const parsed = parseCount(csv);
  return parsed.ok ? parsed.rows : expect.unreachable(parsed.message);
};
const faultOf = (csv: string) => {
  const parsed = parseCount(csv);
  return parsed.ok ? expect.unreachable("it was read") : parsed;
};

describe("a count as CSV", () => {
  it.each([
    ["commas", `${HEAD}A,main,3\n`],
    [
      "semicolons, as spreadsheets write them where the comma is a decimal one",
      "sku;location;on_hand\nA;main;3\n",
    ],
    ["a byte order mark and Windows' line ends", "\uFEFFsku,location,on_hand\r\nA,main,3\r\n"],
    ["other columns, another order, capitals and blanks", "Note, ON_HAND ,Location,SKU\nx, 3 ,main , A\n"],
    ["quotes", '"sku","location","on_hand"\n"A","main","3"\n'],
    ["no line end at the end", `${HEAD}A,main,3`],
  ])("is read with %s", (_, csv) => {
    expect(rowsOf(csv)).toEqual([{ line: 2, sku: "A", location: "main", onHand: 3 }]);
  });

  it("keeps commas and line breaks within quotes, and counts lines as an editor does", () => {
    const csv = `${HEAD}"A, the ""first""",main,1\n\nB,main,2\n`;
    expect(rowsOf(csv)).toEqual([
      { line: 2, sku: 'A, the "first"', location: "main", onHand: 1 },
      { line: 4, sku: "B", location: "main", onHand: 2 },
    ]);
  });

  it.each(["", "-1", "1.5", "1,5x", "3 units", "1e3", "0x1", "99999999999", "NaN"])(
    "takes %j for no number of units",
    (units) => {
      expect(rowsOf(`${HEAD}A,main,"${units}"\n`)).toMatchObject([{ onHand: null }]);
    },
  );

  it("takes a row that is too short for one without a number, and leaves what is too much", () => {
    expect(rowsOf(`${HEAD}A\nB,main,2,and more\n`)).toEqual([
      { line: 2, sku: "A", location: "", onHand: null },
      { line: 3, sku: "B", location: "main", onHand: 2 },
    ]);
  });

  it("drops what no SKU can have, so that the database is never asked about it", () => {
    expect(rowsOf(`${HEAD}A\0\uD800,main,1\n`)).toMatchObject([{ sku: "A\uFFFD" }]);
  });

  it.each([
    ["a column that is missing", "sku,on_hand\nA,1\n", 1, "location"],
    ["no names of columns", "A,main,3\n", 1, "sku, location, on_hand"],
    ["nothing but names", HEAD, 1, "no rows"],
    ["quotes that do not end", `${HEAD}A,main,1\n"B,main,2\n`, 3, "quotes"],
  ])("is refused as a whole for %s", (_, csv, line, words) => {
    expect(faultOf(csv)).toMatchObject({ line, message: expect.stringContaining(words) });
  });

  it("has so many rows and no more", () => {
    const rows = (count: number) => HEAD + Array.from({ length: count }, (_, i) => `S${i},main,1\n`).join("");
    expect(rowsOf(rows(MAX_IMPORT_ROWS))).toHaveLength(MAX_IMPORT_ROWS);
    expect(faultOf(rows(MAX_IMPORT_ROWS + 1)).message).toContain(String(MAX_IMPORT_ROWS));
  });
});
