import { randomUUID } from "node:crypto";
import type { Sql, TestDatabase } from "../support/database.ts";
import { asSuperuser, must, newShopper } from "../support/shop.ts";

// Rows as they might be found, of a day that is long over: for what reports say about an instant.

/** So many minutes from noon of that day. */
export const at = (minutes: number) => new Date(Date.UTC(2020, 5, 1, 12, minutes));

export type PutHold = {
  variantId: string;
  locationId: string;
  status?: "active" | "paying" | "confirmed" | "released" | "expired";
  quantity?: number;
  /** In minutes from noon, as all that follows. */
  made?: number;
  ends?: number;
  /** Without it, what is over was over at its end. */
  ended?: number;
};

/** Writes holds, each a shopper's of its own, and nothing beside them: no counter, no trail. Answers their ids. */
export async function putHolds(db: TestDatabase, holds: PutHold[]): Promise<string[]> {
  const rows = holds.map((hold) => {
    const { status = "active", quantity = 1, made = -60, ends = 60, ended = ends } = hold;
    return {
      id: randomUUID(),
      shopper_id: newShopper(),
      variant_id: hold.variantId,
      location_id: hold.locationId,
      quantity,
      status,
      duration_seconds: 900,
      created_at: at(made),
      expires_at: at(ends),
      max_expires_at: at(ends),
      ended_at: status === "active" || status === "paying" ? null : at(ended),
    };
  });
  await asSuperuser(db, (tx) => tx`insert into reservations ${tx(rows)}`);
  return rows.map(({ id }) => id);
}

/** The location that every shop has. */
export async function mainOf(sql: Sql): Promise<string> {
  const [row] = await sql<{ id: string }[]>`select id from locations where code = 'main'`;
  return must(row).id;
}

export async function variantOf(sql: Sql, id: string) {
  const [row] = await sql<{ sku: string; product: string }[]>`
    select sku, product_id as product from variants where id = ${id}`;
  return must(row);
}
