import type { Metadata } from "next";
import Link from "next/link";
import { HoldsFilter } from "@/components/admin/HoldsFilter";
import { HoldsTable } from "@/components/admin/HoldsTable";
import styles from "@/components/admin/page.module.css";
import { variantOptions } from "@/components/admin/variant-options";
import { Notice } from "@/components/ui/Notice";
import { AdminHoldsQuerySchema } from "@/contracts/admin-reservations";
import { listReservations } from "@/lib/admin/list-reservations";
import { listAllProducts } from "@/lib/admin/products";
import { requireAdminOfPage } from "../admin-of-page";
import { type Query, saidOnce } from "../one-of-query";

export const metadata: Metadata = { title: "Reservations" };

export default async function ReservationsPage({ searchParams }: { searchParams: Query }) {
  await requireAdminOfPage("/admin/reservations");
  const said = saidOnce(await searchParams);
  const query = AdminHoldsQuerySchema.safeParse(said);
  const [{ reservations, next }, { products }] = await Promise.all([
    listReservations(query.success ? query.data : {}),
    listAllProducts(),
  ]);
  const { before, ...filter } = said;
  return (
    <>
      <h1 className={styles.title}>Reservations</h1>
      <HoldsFilter variants={variantOptions(products)} {...filter} />
      {!query.success && (
        <Notice role="alert">
          That is no filter: a shopper has an id such as 5e0c9b1a-7d34-4f62-8a1e-2b6d9c4f7e03. All are shown.
        </Notice>
      )}
      <section className={styles.section} aria-labelledby="holds">
        <h2 id="holds">{before ? "Earlier holds" : "Holds"}</h2>
        <HoldsTable holds={reservations} />
        <p className={styles.actions}>
          {before && (
            <Link href={`/admin/reservations?${new URLSearchParams(filter)}`}>Back to the newest</Link>
          )}
          {next !== null && (
            <Link
              href={`/admin/reservations?${new URLSearchParams({ ...filter, before: next })}`}
              prefetch={false}
            >
              Earlier ones
            </Link>
          )}
        </p>
      </section>
    </>
  );
}
