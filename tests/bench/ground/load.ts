import type postgres from "postgres";
import type { Sql } from "../clients/postgres.ts";
import type { Ground } from "./ground.ts";

/** How many holds of other people, on other variants, are there from the start. */
export const strangers = 5000;

export type Load = { holds: number; state: "live" | "lapsed"; variants: string[] };

/**
 * Puts holds of one unit each onto variants as if they had been there all along: no trigger fires, so that it is
 * fast, and what the triggers would have kept is set afterwards. Live ones stay live for a day. As in a shop, rows
 * and their ids are in the order in which the holds were made.
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
        order by expires_at
      )
      insert into reservations
        (id, shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
      select (private.reservation_id_prefix(h.expires_at) || substr(gen_random_uuid()::text, 16))::uuid,
             h.shopper_id, v.id, ${locationId}, 1, 900,
             least(h.expires_at - interval '15 minutes', now()), h.expires_at, h.expires_at + interval '2 hours'
      from hold as h
      join unnest(${variants}::uuid[]) with ordinality as v (id, n) on v.n = 1 + h.n % ${variants.length}
      order by h.expires_at`;
    await recount(sql);
  });
}

/** Takes away every hold and what it left behind, then puts the strangers' there. */
export async function clear(ground: Ground): Promise<void> {
  await quietly(ground.admin, async (sql) => {
    await truncateTrails(sql, ["reservations", "shoppers"]);
    await recount(sql);
  });
  // Statistics of an empty table would make plans that no shop has.
  await load(ground, { holds: strangers, state: "live", variants: ground.spread });
  await ground.admin`truncate bench.strangers`;
  await ground.admin`insert into bench.strangers select * from reservations`;
  await ground.admin`vacuum analyze stock_levels`;
  await ground.admin`analyze reservations, shoppers, reservation_trail, new_refusals`;
}

/**
 * Takes away what slices did: holds made since then, and that holds expired. For grounds that take long to load.
 * The levels of these variants are counted again, which must be all that changed.
 */
export async function undo({ admin }: Ground, variants: string[], since: Date): Promise<void> {
  await quietly(admin, async (sql) => {
    await sql`delete from reservations where created_at >= ${since}`;
    await sql`delete from shoppers where created_at >= ${since}`;
    await sql`update reservations set status = 'active', ended_at = null
      where status = 'expired' and ended_at >= ${since}`;
    await truncateTrails(sql, []);
    await recount(sql, variants);
  });
}

/** Works without triggers firing, which only a superuser may. */
export async function quietly(admin: Sql, work: (sql: postgres.TransactionSql) => Promise<void>) {
  await admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await work(sql);
  });
}

/** Sets how many units there are, as a colleague would: the ledger knows of it. */
export async function setOnHand({ admin }: Ground, variant: string, onHand: number): Promise<void> {
  await admin`update stock_levels set on_hand = ${onHand} where variant_id = ${variant} and on_hand <> ${onHand}`;
}

async function truncateTrails(sql: postgres.TransactionSql, others: string[]): Promise<void> {
  const trails = ["reservation_trail", "stock_trail", "new_refusals", "kept_refusals", "sweep_runs"];
  // Foreign keys, where a migration adds one, point from what goes with it anyway.
  const cascade = others.length > 0 ? "cascade" : "";
  await sql.unsafe(`truncate ${[...trails, ...others].join(", ")} ${cascade}`);
}

async function recount(sql: postgres.TransactionSql, variants: string[] | null = null): Promise<void> {
  await sql`
    update stock_levels as s
    set reserved = coalesce(h.units, 0), next_expiry_at = coalesce(h.soonest, 'infinity')
    from stock_levels as l
    left join (
      select variant_id, location_id, sum(quantity) as units, min(expires_at) filter (where status = 'active') as soonest
      from reservations where status in ('active', 'paying')
        and (${variants}::uuid[] is null or variant_id = any (${variants}::uuid[]))
      group by variant_id, location_id
    ) as h using (variant_id, location_id)
    where s.variant_id = l.variant_id and s.location_id = l.location_id
      and (${variants}::uuid[] is null or s.variant_id = any (${variants}::uuid[]))
      and (s.reserved, s.next_expiry_at) is distinct from (coalesce(h.units, 0), coalesce(h.soonest, 'infinity'))`;
}
