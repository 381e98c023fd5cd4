import { randomUUID } from "node:crypto";
import type { Sql } from "../support/database.ts";
import { must } from "../support/shop.ts";

// The functions that the admin pages call, as the API calls them.

export const adminId = randomUUID();

type Row = { answer: unknown };
const first = async <Answer>(rows: Promise<Row[]>) => must((await rows)[0]).answer as Answer;

export type AdminHold = { reservationId: string; state: string; shopperId: string; isWithdrawn: boolean };
export type Listed = { reservations: AdminHold[]; next: string | null };

export const listHolds = (
  sql: Sql,
  filter: { state?: string; variantId?: string; shopperId?: string; before?: string; limit?: number } = {},
) => {
  const { state = null, variantId = null, shopperId = null, before = null, limit = 50 } = filter;
  return first<Listed>(
    sql<
      Row[]
    >`select admin_reservations(${state}, ${variantId}, ${shopperId}, ${before}, ${limit}) as answer`,
  );
};

export type Change = {
  actor: string;
  cause: string;
  adminId: string | null;
  reason: string | null;
  before: { status: string; quantity: number } | null;
  after: { status: string; quantity: number } | null;
};
export const holdWithTimeline = (sql: Sql, id: string) =>
  first<{ outcome: string; reservation: AdminHold; replacedBy: string | null; timeline: Change[] }>(
    sql<Row[]>`select admin_reservation(${id}) as answer`,
  );

export const releaseAsAdmin = (
  sql: Sql,
  id: string,
  reason: string | null = "Broken",
  admin: string | null = adminId,
) =>
  first<{ outcome: string; status?: string; reservation?: AdminHold }>(
    sql<Row[]>`select admin_release_reservation(${id}, ${reason}, ${admin}) as answer`,
  );

export type ImportAnswer = {
  outcome: string;
  version: string;
  rows: { line: number; before: number | null; after: number | null; held: number; outcome: string }[];
};
export const importStock = (sql: Sql, rows: object[], version: string | null = null) =>
  first<ImportAnswer>(
    sql<
      Row[]
    >`select admin_import_stock(${sql.json(rows as never)}, 'Counted', ${adminId}, ${version}) as answer`,
  );

export type Level = {
  locationCode: string;
  onHand: number;
  safetyStock: number;
  heldUnits: number;
  holds: number;
  payingUnits: number;
  payments: number;
  lapsedUnits: number;
  available: number;
};
export type Timeline = {
  outcome: string;
  at: string;
  isPublished: boolean;
  levels: Level[];
  events: {
    at: string;
    actor: string;
    cause: string;
    entity: string;
    reason: string | null;
    reservationId: string | null;
  }[];
  left: number;
};
export const timelineOf = (
  sql: Sql,
  variantId: string,
  at: string | null = null,
  minutes = 60,
  limit = 200,
) =>
  first<Timeline>(
    sql<Row[]>`select admin_variant_timeline(${variantId}, ${at}, ${minutes}, ${limit}) as answer`,
  );

export const saveProduct = (sql: Sql, product: object, id: string | null = null) =>
  first<{
    outcome: string;
    product: { id: string; isPublished: boolean; publishedAt: string | null; variants: object[] };
  }>(sql<Row[]>`select admin_save_product(${sql.json(product as never)}, ${adminId}, ${id}) as answer`);

export const saveVariant = (sql: Sql, variant: object, ids: { id?: string; productId?: string }) =>
  first<{ outcome: string; variantId: string }>(
    sql<
      Row[]
    >`select admin_save_variant(${sql.json(variant as never)}, ${adminId}, ${ids.id ?? null}, ${ids.productId ?? null}) as answer`,
  );

export const saveSettings = (sql: Sql, settings: object) =>
  first<{ outcome: string; settings: Record<string, number> }>(
    sql<Row[]>`select admin_save_settings(${sql.json(settings as never)}, ${adminId}) as answer`,
  );

/** What the trail of the admins says, oldest first. */
export const adminTrail = (sql: Sql, entityId: string | null = null) => sql<
  {
    actor: string;
    cause: string;
    adminId: string | null;
    entity: string;
    reason: string | null;
    before: Record<string, unknown> | null;
    after: Record<string, unknown> | null;
  }[]
>`select actor, cause, admin_id as "adminId", entity, reason, before, after from admin_trail
  where ${entityId}::uuid is null or entity_id = ${entityId} order by id`;

/**
 * The database's clock, as it is written in answers: after all that was done before, and before all that is done next,
 * by a margin, for two sessions need not see the very same clock.
 */
export async function clock(sql: Sql): Promise<string> {
  await sql`select pg_sleep(0.02)`;
  const [row] = await sql<{ now: string }[]>`select to_json(clock_timestamp()) #>> '{}' as now`;
  await sql`select pg_sleep(0.02)`;
  return must(row).now;
}
