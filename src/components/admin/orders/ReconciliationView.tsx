"use client";

import Link from "next/link";
import { useState } from "react";
import { adminOrdersApi } from "@/contexts/admin-orders-api";
import type { Disagreement } from "@/contracts/orders";
import { adminOrderFailureText, findingText } from "@/domain/admin-order-wording";
import { countText } from "@/domain/admin-wording";
import { orderName } from "@/domain/orders";
import type { Failure } from "@/domain/refusals";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import styles from "./AdminOrders.module.css";

interface Progress {
  compared: number;
  findings: readonly Disagreement[];
  next: string | null;
  isRunning: boolean;
  isDone: boolean;
  failure: Failure | null;
}
const BEFORE: Progress = {
  compared: 0,
  findings: [],
  next: null,
  isRunning: false,
  isDone: false,
  failure: null,
};

/** Compares orders, holds and Stripe, a bounded part at a time. Mends nothing. */
export function ReconciliationView() {
  const [progress, setProgress] = useState(BEFORE);
  const run = async () => {
    // After a failure it goes on where it stopped.
    let known: Progress = { ...(progress.failure ? progress : BEFORE), isRunning: true, failure: null };
    setProgress(known);
    do {
      const answer = await adminOrdersApi.reconcile(known.next);
      if (!answer.ok) return setProgress({ ...known, isRunning: false, failure: answer.failure });
      const { compared, findings, next } = answer.value;
      known = {
        ...known,
        compared: known.compared + compared,
        findings: [...known.findings, ...findings],
        next,
      };
      setProgress(known);
    } while (known.next !== null);
    setProgress({ ...known, isRunning: false, isDone: true });
  };
  return (
    <div className={styles.page}>
      <p className={styles.soft}>
        Compares what was paid at Stripe with orders and stock, and lists where they disagree. It changes
        nothing.
      </p>
      <Button pending={progress.isRunning} onClick={() => void run()}>
        {progress.isRunning ? "Comparing …" : progress.failure ? "Go on" : "Compare now"}
      </Button>
      <p role="status">{statusOf(progress)}</p>
      {progress.failure !== null && <Notice role="alert">{adminOrderFailureText(progress.failure)}</Notice>}
      {progress.findings.length > 0 && (
        <ul className={styles.rows}>
          {progress.findings.map((finding, nth) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: findings have no id, and are only ever appended
            <li key={nth} className={styles.finding}>
              <Finding finding={finding} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Finding({ finding }: { finding: Disagreement }) {
  const { kind, orderId, orderNumber, expected, found } = finding;
  return (
    <>
      <strong>{findingText(kind)}</strong>
      {orderId !== null && (
        <Link href={`/admin/orders/${orderId}`} prefetch={false}>
          {orderNumber === null ? "The order" : orderName(orderNumber)}
        </Link>
      )}
      {(expected !== null || found !== null) && (
        <span className={styles.soft}>
          expected {expected ?? "nothing"}, found {found ?? "nothing"}
        </span>
      )}
    </>
  );
}

function statusOf({ compared, findings, isRunning, isDone }: Progress): string {
  if (isRunning) return `${countText(compared, "payment")} compared so far …`;
  if (!isDone) return "";
  const what = `${countText(compared, "payment")} compared. `;
  return what + (findings.length === 0 ? "All agree." : `${findings.length} to look at.`);
}
