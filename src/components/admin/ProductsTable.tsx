import Link from "next/link";
import type { AdminProduct } from "@/contracts/admin-catalogue";
import { durationText } from "@/domain/admin-wording";
import { priceRangeText } from "@/domain/money";
import { DataTable } from "../ui/DataTable";
import styles from "./marks.module.css";

const COLUMNS = [
  { key: "name", label: "Product" },
  { key: "state", label: "State" },
  { key: "variants", label: "Variants", isNumber: true },
  { key: "price", label: "Price", isNumber: true },
  { key: "duration", label: "Hold" },
];

export function ProductsTable({ products }: { products: readonly AdminProduct[] }) {
  const rows = products.map(({ id, name, isPublished, variants, holdSeconds }) => ({
    key: id,
    cells: [
      <Link key="name" href={`/admin/products/${id}`} prefetch={false}>
        {name}
      </Link>,
      <span key="state" className={styles.badge} data-tone={isPublished ? "calm" : "soon"}>
        {isPublished ? "published" : "not published"}
      </span>,
      variants.length,
      variants.length === 0 ? "–" : priceRangeText(variants),
      holdSeconds === null ? "as the store" : durationText(holdSeconds),
    ],
  }));
  return (
    <DataTable
      caption="Products in the shop’s order"
      isCaptionHidden
      columns={COLUMNS}
      rows={rows}
      empty="There are no products yet."
    />
  );
}
