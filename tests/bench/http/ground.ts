import { randomUUID } from "node:crypto";
import postgres from "postgres";
import type { Cluster } from "../../../local/postgres/cluster.ts";
import { createMigratedDatabase } from "../../../local/test-cluster.ts";

export type Ground = {
  database: string;
  /** The one variant that everybody wants. */
  hot: string;
  /** A thousand others. */
  spread: string[];
  look(): Promise<Look>;
  /** Throws where holds, counters and trail do not agree. */
  verifyAll(): Promise<void>;
  close(): Promise<void>;
};

/** Holds, the units that the counters say, and transactions that wrote. */
export type Look = { holds: number; reserved: number; transactions: number };

const SPREAD = 1_000;

/** A migrated database with more stock than a run can hold. */
export async function prepareGround(cluster: Cluster): Promise<Ground> {
  const database = "bench_http";
  await createMigratedDatabase(cluster, database);
  const sql = postgres(cluster.url(database, "supabase_admin"), { max: 1, onnotice: () => {} });
  const ids = Array.from({ length: SPREAD + 1 }, () => randomUUID());
  await sql`with product as (
      insert into products (slug, name, image_path, image_alt, published_at)
      values ('bench', 'Bench', '/bench.svg', 'bench', now()) returning id
    ), variant as (
      insert into variants (id, product_id, sku, name, price_cents)
      select v.id, p.id, v.id::text, 'Variant', 100 from product as p, unnest(${ids}::uuid[]) as v (id)
      returning id
    )
    insert into stock_levels (variant_id, location_id, on_hand)
    select v.id, l.id, 10000000 from variant as v, locations as l where l.code = 'main'`;
  await sql`vacuum analyze`;
  await sql`alter system set checkpoint_timeout = '1h'`;
  await sql`alter system set max_wal_size = '8GB'`;
  await sql`select pg_reload_conf()`;
  const [hot = "", ...spread] = ids;
  return {
    database,
    hot,
    spread,
    async look() {
      const [row] = await sql<Look[]>`select
        (select count(*)::int from reservations where status = 'active') as holds,
        (select sum(reserved)::int from stock_levels) as reserved,
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint::int as transactions`;
      if (!row) throw new Error("the database shows nothing");
      return row;
    },
    async verifyAll() {
      const drift = await sql`select s.variant_id from stock_levels as s
        left join reservations as r on r.variant_id = s.variant_id and r.status = 'active'
        group by s.variant_id, s.reserved having s.reserved <> coalesce(sum(r.quantity), 0)`;
      if (drift.length > 0) throw new Error(`${drift.length} counters do not agree with the holds`);
    },
    close: () => sql.end(),
  };
}
