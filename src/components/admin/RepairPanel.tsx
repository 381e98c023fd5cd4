"use client";

import { useState } from "react";
import type { Repair } from "@/contracts/admin-housekeeping";
import { countText } from "@/domain/admin-wording";
import { Button } from "../ui/Button";
import { FindingsTable } from "./FindingsTable";
import { Outcome } from "./Outcome";
import styles from "./page.module.css";
import { useAdminAction } from "./use-admin-action";

/** First a dry run, then the repair; a repair without a look before it is not offered. */
export function RepairPanel({ drifts }: { drifts: number }) {
  const [result, setResult] = useState<Repair | null>(null);
  const { api, pending, failure, done, run } = useAdminAction();
  const start = (dryRun: boolean) =>
    run(
      () => api.repair(dryRun),
      (repair) => {
        setResult(repair);
        return summaryOf(repair);
      },
    );
  const isSeen = result?.dryRun === true && result.findings.length > 0;
  return (
    <>
      <p className={styles.actions}>
        <Button look="secondary" pending={pending} onClick={() => void start(true)}>
          Dry run
        </Button>
        {isSeen && (
          <Button pending={pending} inactive={drifts === 0} onClick={() => void start(false)}>
            Repair
          </Button>
        )}
      </p>
      <Outcome failure={failure} done={done} />
      {result !== null && !result.dryRun && <FindingsTable findings={result.findings} />}
    </>
  );
}

function summaryOf({ dryRun, findings }: Repair): string {
  if (findings.length === 0) return "Nothing is wrong: nothing to mend.";
  if (dryRun)
    return `${countText(findings.length, "finding")}. Nothing was changed: look at them, then repair.`;
  const mended = findings.filter(({ repaired }) => repaired).length;
  return `${mended} of ${countText(findings.length, "finding")} mended; the rest is for a person to decide.`;
}
