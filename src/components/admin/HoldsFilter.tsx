"use client";

import { HOLD_STATES } from "@/contracts/admin-reservations";
import { STATE_WORDS } from "@/domain/admin-wording";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { Field } from "../ui/Field";
import styles from "./form.module.css";

interface HoldsFilterProps {
  variants: readonly { value: string; label: string }[];
  state?: string;
  variantId?: string;
  shopperId?: string;
}

const STATES = [
  { value: "", label: "Any" },
  ...HOLD_STATES.map((state) => ({ value: state, label: STATE_WORDS[state] })),
];

/** A plain form: its answer has an address that can be kept and sent. */
export function HoldsFilter({ variants, state = "", variantId = "", shopperId = "" }: HoldsFilterProps) {
  return (
    <form action="/admin/reservations" className={styles.filters} key={[state, variantId, shopperId].join()}>
      <Choice label="State" name="state" options={STATES} defaultValue={state} />
      <Choice
        label="Variant"
        name="variantId"
        options={[{ value: "", label: "Any" }, ...variants]}
        defaultValue={variantId}
      />
      <Field label="Shopper’s id" name="shopperId" defaultValue={shopperId} autoComplete="off" />
      <Button type="submit" look="secondary">
        Filter
      </Button>
    </form>
  );
}
