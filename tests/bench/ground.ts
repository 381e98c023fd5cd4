import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import type { Cluster } from "../../local/postgres/cluster.ts";
import { createMigratedDatabase } from "../../local/test-cluster.ts";
import type { Sql } from "./jobs.ts";

/** A migrated database with a catalogue, and what is measured against. */
export type Ground = {
  /** As `postgres`, for the clients. */
  url: string;
  /** As superuser: to load, to look, to read the server's counters. */
  admin: Sql;
  locationId: string;
  /** The one variant that everybody wants. */
  hot: string;
  /** 10,000 others. */
  spread: string[];
};

export async function createGround(cluster: Cluster, name: string): Promise<Ground> {
  await createMigratedDatabase(cluster, name);
  const url = cluster.url(name, "postgres");
  const admin = postgres(cluster.url(name, "supabase_admin"), {
    max: 1,
    onnotice: () => {},
    max_lifetime: null,
  });
  await admin.unsafe(readFileSync(join(import.meta.dirname, "floors.sql"), "utf8")).simple();
  await admin`vacuum analyze`;
  const [location] = await admin<{ id: string }[]>`select id from locations`;
  const variants = await admin<{ id: string; sku: string }[]>`select id, sku from variants`;
  return {
    url,
    admin,
    locationId: location?.id ?? "",
    hot: variants.find(({ sku }) => sku === "sku-0")?.id ?? "",
    spread: variants.filter(({ sku }) => sku !== "sku-0").map(({ id }) => id),
  };
}

export type Load = { holds: number; state: "live" | "lapsed"; variants: string[] };

/**
 * Puts holds of one unit each onto variants as if they had been there all along: no trigger fires, so that it is
 * fast, and what the triggers would have kept is set afterwards. Live ones stay live for a day.
 */
export async function load({ admin, locationId }: Ground, { holds, state, variants }: Load): Promise<void> {
  const end = state === "live" ? "1 day" : "-1 hour";
  await quietly(admin, async (sql) => {
    await sql`
      with shopper as (
        insert into shoppers (id) select gen_random_uuid() from generate_series(1, ${holds}) returning id
      ), hold as (
        select id as shopper_id, row_number() over () as n,
               now() + ${end}::interval + random() * interval '15 minutes' as expires_at
        from shopper
      )
      insert into reservations
        (id, shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
      select gen_random_uuid(), h.shopper_id, v.id, ${locationId}, 1, 900,
             least(h.expires_at - interval '15 minutes', now()), h.expires_at, h.expires_at + interval '2 hours'
      from hold as h
      join unnest(${variants}::uuid[]) with ordinality as v (id, n) on v.n = 1 + h.n % ${variants.length}`;
    await recount(sql);
  });
}

/** Takes away every hold and what it left behind, then puts some of other people's back on other variants. */
export async function clear(ground: Ground): Promise<void> {
  await quietly(ground.admin, async (sql) => {
    const [row] = await sql<{ tables: string }[]>`
      select string_agg(c.oid::regclass::text, ', ') as tables from pg_class as c
      where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
        and c.relname in ('reservations', 'shoppers', 'audit_log', 'reservation_refusals', 'sweep_runs')`;
    await sql.unsafe(`truncate ${row?.tables} cascade`);
    await recount(sql);
  });
  // Statistics of an empty table would make plans that no shop has.
  await load(ground, { holds: strangers, state: "live", variants: ground.spread });
  await ground.admin`vacuum analyze stock_levels`;
  await ground.admin`analyze reservations, shoppers, audit_log, reservation_refusals`;
}

/** How many holds of others are there from the start. */
export const strangers = 5000;

/** Works without triggers firing, which only a superuser may. */
export async function quietly(admin: Sql, work: (sql: postgres.TransactionSql) => Promise<void>) {
  await admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await work(sql);
  });
}

async function recount(sql: postgres.TransactionSql): Promise<void> {
  await sql`
    update stock_levels as s
    set reserved = coalesce(h.units, 0), next_expiry_at = coalesce(h.soonest, 'infinity')
    from stock_levels as l
    left join (
      select variant_id, location_id, sum(quantity) as units, min(expires_at) filter (where status = 'active') as soonest
      from reservations where status in ('active', 'paying') group by variant_id, location_id
    ) as h using (variant_id, location_id)
    where s.variant_id = l.variant_id and s.location_id = l.location_id
      and (s.reserved, s.next_expiry_at) is distinct from (coalesce(h.units, 0), coalesce(h.soonest, 'infinity'))`;
}
