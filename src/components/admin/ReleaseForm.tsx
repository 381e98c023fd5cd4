"use client";

import { type FormEvent, useState } from "react";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import styles from "./form.module.css";
import { Outcome } from "./Outcome";
import { useAdminAction } from "./use-admin-action";

/** Takes a hold back. What it came to stays on the page when the form goes. */
export function ReleaseForm({ reservationId, isOpen }: { reservationId: string; isOpen: boolean }) {
  const [reason, setReason] = useState("");
  const { api, pending, failure, done, run } = useAdminAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(
      () => api.release(reservationId, reason),
      () => "Taken back. The units are free, and the shopper sees that the shop withdrew them.",
    );
  };
  return (
    <>
      {isOpen && (
        <form className={styles.form} onSubmit={submit}>
          <Field
            label="Reason"
            hint="Kept in the trail. The shopper is told that the shop withdrew the hold, not why."
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            maxLength={300}
            pattern=".*\S.*"
            required
          />
          <Button type="submit" look="secondary" pending={pending}>
            Take this hold back
          </Button>
        </form>
      )}
      <Outcome failure={failure} done={done} />
    </>
  );
}
