import type { Metadata } from "next";
import styles from "@/components/admin/page.module.css";
import { Verdict } from "@/components/admin/Verdict";
import { variantOptions } from "@/components/admin/variant-options";
import { WhyForm } from "@/components/admin/WhyForm";
import { Notice } from "@/components/ui/Notice";
import { TimelineQuerySchema } from "@/contracts/admin-timeline";
import { IdSchema } from "@/contracts/common";
import { listAllProducts } from "@/lib/admin/products";
import { readTimeline } from "@/lib/admin/timeline";
import { requireAdminOfPage } from "../admin-of-page";
import { type Query, saidOnce } from "../one-of-query";

export const metadata: Metadata = { title: "Why unavailable?" };

export default async function TimelinePage({ searchParams }: { searchParams: Query }) {
  await requireAdminOfPage("/admin/timeline");
  const { variantId = "", ...rest } = saidOnce(await searchParams);
  const { products } = await listAllProducts();
  const variants = variantOptions(products);
  const query = TimelineQuerySchema.safeParse(rest);
  const isAsked = variantId !== "";
  const timeline =
    IdSchema.safeParse(variantId).success && query.success ? await readTimeline(variantId, query.data) : null;
  return (
    <>
      <h1 className={styles.title}>Why was this unavailable?</h1>
      <p className={styles.lead}>
        What there was of a variant at an instant, from ledger and trail, and what changed in the hour before
        and after it. Without a time: now.
      </p>
      <WhyForm
        key={`${variantId}${rest.at ?? ""}`}
        variants={variants}
        variantId={variantId}
        at={timeline?.ok ? timeline.value.at : null}
      />
      {isAsked && !timeline?.ok && (
        <Notice role="alert">There is no such variant, or that is no time. Ask again.</Notice>
      )}
      {timeline?.ok && <Verdict timeline={timeline.value} />}
    </>
  );
}
