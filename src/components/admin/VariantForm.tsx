"use client";

import { type FormEvent, useId, useState } from "react";
import type { AdminVariant, NewVariant } from "@/contracts/admin-catalogue";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import styles from "./form.module.css";
import { Outcome } from "./Outcome";
import { useAdminAction } from "./use-admin-action";

interface VariantFormProps {
  productId: string;
  /** `null`: a new one. */
  variant: AdminVariant | null;
  /** Of one unit of money in its minor units: 100 for most currencies. */
  minorUnits: number;
  currency: string;
}

export function VariantForm({ productId, variant, minorUnits, currency }: VariantFormProps) {
  const nameId = useId();
  const [turn, setTurn] = useState(0);
  const { api, pending, failure, done, run } = useAdminAction();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wish = readForm(new FormData(event.currentTarget), minorUnits);
    void run(
      () => (variant === null ? api.createVariant(productId, wish) : api.updateVariant(variant.id, wish)),
      () => {
        if (variant === null) setTurn(turn + 1);
        return variant === null ? `${wish.name} was added, with 0 units.` : "Saved.";
      },
    );
  };
  return (
    <form key={turn} className={styles.form} onSubmit={submit} aria-labelledby={nameId}>
      <h3 id={nameId}>{variant === null ? "Add a variant" : variant.name}</h3>
      <div className={styles.pair}>
        <Field label="Name" name="name" defaultValue={variant?.name} maxLength={120} required />
        <Field label="SKU" name="sku" defaultValue={variant?.sku} maxLength={60} required />
      </div>
      <div className={styles.pair}>
        <Field
          label={`Price, ${currency}`}
          name="price"
          type="number"
          min={0}
          max={Math.floor(2_000_000_000 / minorUnits)}
          step={1 / minorUnits}
          defaultValue={variant === null ? undefined : variant.priceCents / minorUnits}
          hint="Carts show it at once; orders keep theirs."
          required
        />
        <Field
          label="Position"
          name="position"
          type="number"
          min={0}
          max={1000000}
          defaultValue={variant?.position ?? 0}
          hint="Lower comes first."
          required
        />
      </div>
      <Outcome failure={failure} done={done} />
      <Button type="submit" look="secondary" size="small" pending={pending}>
        {variant === null ? "Add it" : "Save the variant"}
      </Button>
    </form>
  );
}

function readForm(data: FormData, minorUnits: number): NewVariant {
  const text = (name: string) => String(data.get(name) ?? "").trim();
  return {
    name: text("name"),
    sku: text("sku"),
    // Rounded: 19.99 × 100 is not quite 1999.
    priceCents: Math.round(Number(text("price")) * minorUnits),
    position: Number(text("position")),
  };
}
