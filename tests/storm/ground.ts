import postgres from "postgres";
import { Problem } from "../../local/problem.ts";
import type { StormOptions } from "./options.ts";

/** What the tables say of the variant. Units of stock, except `findings`. */
export type Truth = { onHand: number; reserved: number; held: number; findings: number };

/** What is raced for, and how its truth is known. */
export type Ground = {
  variantId: string;
  /** From the tables; `null` without a database: then what shoppers are answered is all there is. */
  truth(): Promise<Truth | null>;
  /** What everybody is told to be available; `atLeast` when the shop shows no more. */
  available(): Promise<{ units: number; atLeast: boolean }>;
  /** From now on holds last so many seconds; `false` where that cannot be set. */
  holdFor(seconds: number | null): Promise<boolean>;
  leave(): Promise<void>;
};

export async function openGround(options: StormOptions): Promise<Ground> {
  return options.databaseUrl ? ownGround(options, options.databaseUrl) : foundGround(options);
}

/** A variant that is in the shop. */
async function foundGround({ url, variant, stock }: StormOptions): Promise<Ground> {
  const variants = (await readProducts(url)).flatMap((product) => product.variants);
  const found = variants.find(({ id, sku }) => id === variant || sku === variant);
  if (!found) {
    const some = variants.slice(0, 20).map(({ sku }) => sku);
    throw new Problem(`The store sells no variant "${variant}". It has ${some.join(", ")}.`);
  }
  const available = () => readAvailability(url, found.id);
  const { units, atLeast } = await available();
  if (atLeast ? units > stock : units !== stock) {
    throw new Problem(
      `Of ${found.sku} ${atLeast ? `at least ${units}` : units} are available, and --stock says ${stock}: they have to agree.`,
    );
  }
  return {
    variantId: found.id,
    truth: async () => null,
    available,
    holdFor: async () => false,
    leave: async () => {},
  };
}

const addressLimits = [
  "max_share_per_address_percent",
  "max_units_per_address",
  "min_units_per_address",
  "max_requests_per_address",
] as const;

/** A product that exists for this run alone. */
async function ownGround({ url, stock, liftLimits }: StormOptions, databaseUrl: string): Promise<Ground> {
  // No prepared statements: it may be a pooler in transaction mode.
  const sql = postgres(databaseUrl, { max: 2, prepare: false, onnotice: () => {} });
  const slug = `holdfast-storm-${Date.now()}`;
  const [made] = await sql<{ id: string; product_id: string }[]>`
    with product as (
      insert into public.products (slug, name, image_path, image_alt, published_at)
      values (${slug}, 'Storm', '/products/storm.svg', 'Nothing to see', clock_timestamp()) returning id
    )
    insert into public.variants (product_id, sku, name, price_cents)
    select id, ${slug}, 'For the storm', 100 from product returning id, product_id`;
  if (!made) throw new Error("the storm's product was not made");
  const { id: variantId, product_id: productId } = made;
  await sql`insert into public.stock_levels (variant_id, location_id, on_hand)
    select ${variantId}, id, ${stock} from public.locations order by priority, id limit 1`;
  const [before] = liftLimits ? await sql`select ${sql(addressLimits)} from public.store_settings` : [];
  if (before) {
    await sql`update public.store_settings set max_share_per_address_percent = 100, max_units_per_address = 1000000,
      min_units_per_address = 1000000, max_requests_per_address = 1000000 where is_only_row`;
  }
  return {
    variantId,
    available: () => readAvailability(url, variantId),
    holdFor: async (seconds) => {
      await sql`update public.products set hold_seconds = ${seconds} where id = ${productId}`;
      return true;
    },
    truth: async () => {
      const [row] = await sql<Truth[]>`
        select s.on_hand as "onHand", s.reserved,
          (select coalesce(sum(r.quantity), 0)::int from public.reservations as r
           where r.variant_id = s.variant_id and r.status in ('active', 'paying')
             and (r.status = 'paying' or r.expires_at > clock_timestamp())) as held,
          (select count(*)::int from jsonb_array_elements(public.validate_stock_consistency()) as f
           where f ->> 'variantId' = ${variantId}::text) as findings
        from public.stock_levels as s where s.variant_id = ${variantId}`;
      if (!row) throw new Error("the storm's stock level is gone");
      return row;
    },
    leave: async () => {
      await sql`update public.products set published_at = null where id = ${productId}`;
      if (before)
        await sql`update public.store_settings set ${sql(before, ...addressLimits)} where is_only_row`;
      await sql.end();
    },
  };
}

type Listed = { variants: { id: string; sku: string }[] };

async function readProducts(url: string): Promise<Listed[]> {
  const response = await fetch(`${url}/api/products`).catch(() => null);
  if (response?.status !== 200) throw new Problem(`No store answers at ${url}.`);
  return ((await response.json()) as { products: Listed[] }).products;
}

async function readAvailability(url: string, variantId: string) {
  const response = await fetch(`${url}/api/stock/availability?variantIds=${variantId}`);
  const { availability } = (await response.json()) as {
    availability: { available: number; atLeast: boolean }[];
  };
  const [of] = availability ?? [];
  return { units: of?.available ?? 0, atLeast: of?.atLeast ?? false };
}
