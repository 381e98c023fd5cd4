"use client";

import { useHolds } from "@/contexts/CartContext";
import type { Variant } from "@/contracts/catalogue";
import { availabilityNote } from "@/domain/availability";
import { moneyText } from "@/domain/money";
import { AvailabilityText } from "./AvailabilityText";
import styles from "./OnlyVariant.module.css";

/** Where there is nothing to choose, nothing asks for a choice. */
export function OnlyVariant({ variant }: { variant: Variant }) {
  const isMine = useHolds()(variant.id);
  return (
    <div className={styles.only}>
      <p className={styles.price}>{moneyText(variant.priceCents, variant.currency)}</p>
      <p className={styles.name}>{variant.name}</p>
      <AvailabilityText note={availabilityNote(variant.availability, isMine)} />
    </div>
  );
}
