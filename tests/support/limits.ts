import type { Sql } from "./database.ts";

/**
 * Lets every way to a hold ask the limits. What the database's own functions do already stays as it is, so that this
 * does nothing once all of them ask by themselves.
 */
export async function askLimits(sql: Sql): Promise<void> {
  for (const [name, plain, limited] of [
    [
      "public.reserve_stock",
      /coalesce\(private\.reserve_at_once\(p_requests\), private\.reserve\(p_requests\)::json\)/,
      REQUESTED,
    ],
    ["public.set_reservation_quantity", /private\.reserve\(/, KNOWN],
    ["private.extend_each", /private\.reserve\(/, KNOWN],
  ] as const) {
    const [row] = await sql<{ body: string }[]>`select pg_get_functiondef(${name}::regproc) as body`;
    const body = row?.body ?? "";
    if (body.includes("private.reserve_within_limits(") || body.includes(KNOWN)) continue;
    if (!plain.test(body)) throw new Error(`${name} has changed: where does it take holds?`);
    await sql.unsafe(body.replace(plain, limited));
  }
}

const KNOWN = "private.reserve_from_known_sources(";
const REQUESTED = `coalesce(
  case when not private.has_sources(p_requests) then private.reserve_at_once(p_requests) end,
  private.reserve_within_limits(p_requests)::json)`;
