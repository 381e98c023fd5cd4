"use client";

import Link from "next/link";
import type { LapsedLine } from "@/contracts/reservations";
import { unitsText } from "@/domain/wording";
import { LocalTime } from "../LocalTime";
import { HoldAgain } from "../reservation/HoldAgain";
import { Picture } from "../ui/Picture";
import styles from "./LapsedLines.module.css";

const endings = { expired: "ended", withdrawn: "taken back by the shop" } as const;

/** What time has taken back recently: no longer held, but one click away while units are free. */
export function LapsedLines({ lapsed }: { lapsed: readonly LapsedLine[] }) {
  if (lapsed.length === 0) return null;
  return (
    <section className={styles.lapsed} aria-label="No longer held">
      <h2 className={styles.title}>No longer held</h2>
      <ul>
        {lapsed.map((line) => (
          <li key={line.reservationId} className={styles.line}>
            <Picture className={styles.picture} src={line.imagePath} alt="" width={56} height={70} />
            <div className={styles.words}>
              <Link className={styles.name} href={`/products/${line.productSlug}`}>
                {line.productName}
              </Link>
              <p className={styles.facts}>
                {[line.variantName, unitsText(line.quantity)].filter(Boolean).join(" · ")}
                <LocalTime before={` · ${endings[line.reason]} at `} instant={line.expiredAt} />
              </p>
            </div>
            <HoldAgain line={line} />
          </li>
        ))}
      </ul>
    </section>
  );
}
