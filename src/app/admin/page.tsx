import Link from "next/link";
import { AlertsTable } from "@/components/admin/AlertsTable";
import { AutoRefresh } from "@/components/admin/AutoRefresh";
import { OverviewCharts } from "@/components/admin/OverviewCharts";
import styles from "@/components/admin/page.module.css";
import { Tiles } from "@/components/admin/Tiles";
import { StatisticsQuerySchema } from "@/contracts/admin";
import { listOpenAlerts } from "@/lib/admin/alerts";
import { readOverview } from "@/lib/admin/overview";
import { requireAdminOfPage } from "./admin-of-page";
import { type Query, saidOnce } from "./one-of-query";

const SPANS = [
  ["24", "24 hours"],
  ["168", "7 days"],
  ["720", "30 days"],
] as const;

export default async function OverviewPage({ searchParams }: { searchParams: Query }) {
  await requireAdminOfPage("/admin");
  const parsed = StatisticsQuerySchema.safeParse(saidOnce(await searchParams));
  const hours = parsed.success ? parsed.data.hours : 24;
  const [figures, alerts] = await Promise.all([readOverview(hours), listOpenAlerts()]);
  return (
    <>
      <div className={styles.head}>
        <h1 className={styles.title}>Overview</h1>
        <AutoRefresh serverNow={figures.serverNow} />
      </div>
      <nav className={styles.tabs} aria-label="Period">
        {SPANS.map(([value, label]) => (
          <Link
            key={value}
            href={`/admin?hours=${value}`}
            prefetch={false}
            aria-current={String(hours) === value ? "true" : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      <Tiles figures={figures} />
      <OverviewCharts figures={figures} />
      <section className={styles.section} aria-labelledby="alerts">
        <h2 id="alerts">Open alerts</h2>
        <AlertsTable alerts={alerts} />
      </section>
    </>
  );
}
