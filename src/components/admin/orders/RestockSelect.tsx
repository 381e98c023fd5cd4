import type { Restock } from "@/contracts/orders";
import { RESTOCK_WORDS } from "@/domain/admin-order-wording";
import { SelectField } from "../../ui/Field";

interface RestockSelectProps {
  label: string;
  value: Restock;
  onChoose: (restock: Restock) => void;
}

/** Whether units that are paid back can be sold again: only a person who sees them knows. */
export function RestockSelect({ label, value, onChoose }: RestockSelectProps) {
  return (
    <SelectField label={label} value={value} onChange={(event) => onChoose(event.target.value as Restock)}>
      {Object.entries(RESTOCK_WORDS).map(([restock, words]) => (
        <option key={restock} value={restock}>
          {words}
        </option>
      ))}
    </SelectField>
  );
}
