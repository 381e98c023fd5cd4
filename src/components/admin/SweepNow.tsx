"use client";

import { countText } from "@/domain/admin-wording";
import { Button } from "../ui/Button";
import { Outcome } from "./Outcome";
import styles from "./page.module.css";
import { useAdminAction } from "./use-admin-action";

export function SweepNow() {
  const { api, pending, failure, done, run } = useAdminAction();
  const sweep = () =>
    run(
      api.sweep,
      ({ expired, units, batches, more }) =>
        `${countText(expired, "hold")} marked expired, ${countText(units, "unit")} came back, in ${countText(batches, "batch", "batches")}.${more ? " There is more: run it again." : ""}`,
    );
  return (
    <div className={styles.section}>
      <Button pending={pending} onClick={() => void sweep()}>
        Sweep now
      </Button>
      <Outcome failure={failure} done={done} />
    </div>
  );
}
