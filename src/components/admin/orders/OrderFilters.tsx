import Link from "next/link";
import type { OrderFilter } from "@/contexts/admin-orders-api";
import { WORKLISTS } from "@/domain/admin-order-wording";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import styles from "./AdminOrders.module.css";

const PATH = "/admin/orders";
const STATUSES = {
  pending: "Waiting for payment",
  paid: "Paid",
  refunded: "Paid back",
  refunded_out_of_stock: "Sold out, paid back",
  cancelled: "Not paid",
} as const;

/** Plain links and a plain form: what is looked at stands in the address, and "back" works. */
export function OrderFilters({ filter }: { filter: OrderFilter }) {
  const isAll = Object.values(filter).every((value) => value === undefined);
  return (
    <div className={styles.filters}>
      <nav aria-label="Worklists" className={styles.tabs}>
        <Tab href={PATH} isCurrent={isAll} words="All" />
        {Object.entries(WORKLISTS).map(([name, words]) => (
          <Tab
            key={name}
            href={`${PATH}?worklist=${name}`}
            isCurrent={filter.worklist === name}
            words={words}
          />
        ))}
      </nav>
      <nav aria-label="By status" className={styles.tabs}>
        {Object.entries(STATUSES).map(([name, words]) => (
          <Tab key={name} href={`${PATH}?status=${name}`} isCurrent={filter.status === name} words={words} />
        ))}
      </nav>
      <form action={PATH} className={styles.search}>
        <Field
          label="Number or e-mail"
          name="search"
          defaultValue={filter.number ?? filter.email ?? ""}
          autoComplete="off"
          maxLength={254}
        />
        <Button type="submit" look="secondary">
          Find
        </Button>
      </form>
    </div>
  );
}

function Tab({ href, isCurrent, words }: { href: string; isCurrent: boolean; words: string }) {
  return (
    <Link href={href} prefetch={false} className={styles.tab} aria-current={isCurrent ? "page" : undefined}>
      {words}
    </Link>
  );
}
