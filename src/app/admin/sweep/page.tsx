import type { Metadata } from "next";
import Link from "next/link";
import styles from "@/components/admin/page.module.css";
import { SweepNow } from "@/components/admin/SweepNow";
import { SweepsTable } from "@/components/admin/SweepsTable";
import { SweepsQuerySchema } from "@/contracts/admin-housekeeping";
import { listSweeps } from "@/lib/admin/sweeps";
import { requireAdminOfPage } from "../admin-of-page";
import { type Query, saidOnce } from "../one-of-query";

export const metadata: Metadata = { title: "Sweep" };

export default async function SweepPage({ searchParams }: { searchParams: Query }) {
  await requireAdminOfPage("/admin/sweep");
  const query = SweepsQuerySchema.safeParse(saidOnce(await searchParams));
  const { runs, next } = await listSweeps(query.success ? query.data.before : undefined);
  return (
    <>
      <h1 className={styles.title}>Sweep</h1>
      <p className={styles.lead}>
        It marks lapsed holds as expired. Housekeeping alone: a lapsed hold blocks nobody, swept or not.
      </p>
      <SweepNow />
      <section className={styles.section} aria-labelledby="runs">
        <h2 id="runs">Runs, the last one first</h2>
        <SweepsTable runs={runs} />
        {next !== null && (
          <p>
            <Link href={`/admin/sweep?before=${next}`} prefetch={false}>
              Earlier ones
            </Link>
          </p>
        )}
      </section>
    </>
  );
}
