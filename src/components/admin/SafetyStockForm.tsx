"use client";

import { type FormEvent, useState } from "react";
import type { AdminLevel } from "@/contracts/admin-stock";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import styles from "./form.module.css";
import { Outcome } from "./Outcome";
import { useAdminAction } from "./use-admin-action";

export function SafetyStockForm({ level }: { level: AdminLevel }) {
  const [units, setUnits] = useState(String(level.safetyStock));
  const { api, pending, failure, done, run } = useAdminAction();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { variantId, locationId } = level;
    void run(
      () => api.setSafetyStock({ variantId, locationId, safetyStock: Number(units) }),
      () => "Saved.",
    );
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <Field
        label="Safety stock, units"
        type="number"
        min={0}
        value={units}
        onChange={(event) => setUnits(event.target.value)}
        hint="New holds leave them alone. What is held already stays held."
        required
      />
      <Outcome failure={failure} done={done} />
      <Button type="submit" look="secondary" size="small" pending={pending}>
        Save
      </Button>
    </form>
  );
}
