import type { Availability, Product, ProductAnswer, ProductList } from "@/contracts/catalogue";
import { publicClient, TIMEOUT_MS } from "../supabase/clients";
import { toDatabaseError } from "../supabase/database-error";
import { IF_IDEMPOTENT, repeatWhileUnavailable } from "../supabase/repeat";
import { getAvailability } from "./availability";

const COLUMNS = `id, slug, name, tagline, description, image_path, image_alt,
  variants (id, sku, name, price_cents, currency, position)` as const;

/** What the database lets a slug be. */
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

type Row = Awaited<ReturnType<typeof readRowsOnce>>[number];

/** Every published product with its variants and what is available of them, in the shop's order. */
export async function listProducts(): Promise<ProductList> {
  return withAvailability(await readRows());
}

/** One published product; `null` where there is none of that slug. */
export async function findProduct(slug: string): Promise<ProductAnswer | null> {
  // Not asked for: some of what a stranger can write in an address (a zero byte) is an error to the database.
  if (!SLUG.test(slug)) return null;
  const { serverNow, products } = await withAvailability(await readRows(slug));
  const product = products[0];
  return product ? { serverNow, product } : null;
}

async function readRows(slug?: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const page = await repeatWhileUnavailable(() => readRowsOnce(slug, rows.length), IF_IDEMPOTENT);
    rows.push(...page);
    if (page.length < PAGE) return rows;
  }
}

/** The gateway cuts what is longer than its own maximum (1,000 rows unless told), and does not say so. */
const PAGE = 500;
/** What `get_availability` answers at once. */
const MOST_IDS = 1000;

async function readRowsOnce(slug?: string, from = 0) {
  const all = publicClient().from("products").select(COLUMNS);
  const wanted = slug === undefined ? all : all.eq("slug", slug);
  const { data, error, status } = await wanted
    .order("position")
    .order("slug")
    .range(from, from + PAGE - 1)
    .abortSignal(AbortSignal.timeout(TIMEOUT_MS));
  if (error) throw toDatabaseError(error, status);
  return data;
}

async function withAvailability(rows: Row[]): Promise<ProductList> {
  const ids = rows.flatMap((row) => row.variants.map((variant) => variant.id));
  if (ids.length === 0) return { serverNow: new Date().toISOString(), products: [] };
  const parts: string[][] = [];
  for (let from = 0; from < ids.length; from += MOST_IDS) parts.push(ids.slice(from, from + MOST_IDS));
  const answers = await Promise.all(parts.map(getAvailability));
  const byId = new Map(
    answers.flatMap(({ availability }) => availability.map((entry) => [entry.variantId, entry])),
  );
  const serverNow = answers[0]?.serverNow ?? new Date().toISOString();
  const products = rows.map((row) => toProduct(row, byId)).filter((product) => product.variants.length > 0);
  return { serverNow, products };
}

function toProduct(row: Row, availability: Map<string, Availability>): Product {
  const variants = row.variants
    .toSorted((one, other) => one.position - other.position)
    .flatMap(({ id, sku, name, price_cents: priceCents, currency }) => {
      const available = availability.get(id);
      return available ? [{ id, sku, name, priceCents, currency, availability: available }] : [];
    });
  const { id, slug, name, tagline, description, image_path: imagePath, image_alt: imageAlt } = row;
  return { id, slug, name, tagline, description, imagePath, imageAlt, variants };
}
