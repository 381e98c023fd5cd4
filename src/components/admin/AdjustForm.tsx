"use client";

import { type FormEvent, useState } from "react";
import type { AdminLevel } from "@/contracts/admin-stock";
import { countText } from "@/domain/admin-wording";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import styles from "./form.module.css";
import { HoldsInTheWay } from "./HoldsInTheWay";
import { Outcome } from "./Outcome";
import { useAdminAction } from "./use-admin-action";

/** Units that came or went, with a reason; where holds stand in the way, which, and the offer to take them back. */
export function AdjustForm({ level: { variantId, locationId } }: { level: AdminLevel }) {
  const [delta, setDelta] = useState("");
  const [reason, setReason] = useState("");
  const { api, pending, failure, done, run } = useAdminAction();
  const adjust = (releaseNewest: boolean) =>
    run(
      () => api.adjust({ variantId, locationId, delta: Number(delta), reason, releaseNewest }),
      ({ onHand, released }) => {
        setDelta("");
        setReason("");
        const taken =
          released.length === 0
            ? ""
            : ` ${countText(released.length, "hold")} taken back; the shoppers are told.`;
        return `${countText(onHand, "unit")} on hand now.${taken}`;
      },
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void adjust(false);
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <div className={styles.pair}>
        <Field
          label="Change in units"
          type="number"
          step={1}
          value={delta}
          onChange={(event) => setDelta(event.target.value)}
          hint="3 came: 3. One broke: -1."
          required
        />
        <Field
          label="Reason"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          hint="Kept in the ledger."
          maxLength={300}
          pattern=".*\S.*"
          required
        />
      </div>
      <Outcome failure={failure} done={done} />
      {failure?.problem?.holds && (
        <HoldsInTheWay problem={failure.problem} pending={pending} onRelease={() => void adjust(true)} />
      )}
      <Button type="submit" pending={pending}>
        Adjust
      </Button>
    </form>
  );
}
