import { CsvError } from "csv-parse";
import { parse } from "csv-parse/sync";
import { MAX_IMPORT_ROWS } from "@/contracts/admin-stock";

/** A row of a count as the file has it. `onHand` is `null` where there is no whole number. */
export type CountedRow = { line: number; sku: string; location: string; onHand: number | null };

export type ParsedCount = { ok: true; rows: CountedRow[] } | { ok: false; line: number; message: string };

const COLUMNS = ["sku", "location", "on_hand"] as const;

type Parsed = { record: Partial<Record<string, string>>; info: { lines: number } };

/** Reads a counted stock from CSV (RFC 4180), with commas or semicolons, as spreadsheets write it. */
export function parseCount(csv: string): ParsedCount {
  const header = csv.split(/\r?\n/, 1)[0] ?? "";
  let parsed: Parsed[];
  try {
    parsed = parse(csv, {
      bom: true,
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
      delimiter: header.includes(";") && !header.includes(",") ? ";" : ",",
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Parsed[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return {
      ok: false,
      line: Number(error.lines ?? 1),
      message: "The quotes of the file do not fit together",
    };
  }
  const names = new Set(
    header
      .replace(/^\uFEFF/, "")
      .split(/[,;]/)
      .map(plain),
  );
  const missing = COLUMNS.filter((name) => !names.has(name));
  if (missing.length > 0) {
    return {
      ok: false,
      line: 1,
      message: `The first row has to name the columns; ${missing.join(", ")} is missing`,
    };
  }
  if (parsed.length === 0)
    return { ok: false, line: 1, message: "There are no rows below the names of the columns" };
  if (parsed.length > MAX_IMPORT_ROWS) {
    return { ok: false, line: MAX_IMPORT_ROWS + 2, message: `At most ${MAX_IMPORT_ROWS} rows at once` };
  }
  return { ok: true, rows: parsed.map(toRow) };
}

const plain = (name: string) => name.trim().replaceAll('"', "").toLowerCase();

function toRow({ record, info }: Parsed): CountedRow {
  const { sku = "", location = "", on_hand: units = "" } = record;
  // What the database cannot take is no SKU of it either.
  return {
    line: info.lines,
    sku: clean(sku),
    location: clean(location),
    onHand: /^\d{1,10}$/.test(units) ? Number(units) : null,
  };
}

const clean = (text: string) => text.replaceAll("\0", "").toWellFormed().slice(0, 200);
