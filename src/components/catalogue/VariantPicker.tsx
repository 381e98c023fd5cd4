import { useHolds } from "@/contexts/CartContext";
import type { Variant } from "@/contracts/catalogue";
import { availabilityNote } from "@/domain/availability";
import { moneyText } from "@/domain/money";
import { AvailabilityText } from "./AvailabilityText";
import styles from "./VariantPicker.module.css";

interface VariantPickerProps {
  variants: readonly Variant[];
  chosenId: string;
  onChoose: (variantId: string) => void;
}

/** Native radio buttons: arrows move, one tab stop, and every reader knows them. */
export function VariantPicker({ variants, chosenId, onChoose }: VariantPickerProps) {
  const isMine = useHolds();
  return (
    <fieldset className={styles.picker}>
      <legend className={styles.legend}>Choose one</legend>
      {variants.map((variant) => (
        <label key={variant.id} className={styles.choice} data-state={variant.availability.state}>
          <input
            type="radio"
            name="variant"
            value={variant.id}
            checked={variant.id === chosenId}
            onChange={() => onChoose(variant.id)}
          />
          <span className={styles.name}>{variant.name}</span>
          <span className={styles.price}>{moneyText(variant.priceCents, variant.currency)}</span>
          <span className={styles.note}>
            <AvailabilityText note={availabilityNote(variant.availability, isMine(variant.id))} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}
