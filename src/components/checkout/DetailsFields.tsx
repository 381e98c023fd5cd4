import type { ChangeEvent, ReactNode } from "react";
import type { FieldName, TypedDetails } from "@/contexts/typed-details";
import { countries } from "@/domain/countries";
import { Field, SelectField } from "../ui/Field";
import styles from "./DetailsFields.module.css";
import { type FieldErrors, fieldId } from "./details";

interface DetailsFieldsProps {
  typed: TypedDetails;
  errors: FieldErrors;
  onType: (name: FieldName, value: string) => void;
}

/** Who buys, and where it goes; in the order in which people know it from other shops. */
export function DetailsFields({ typed, errors, onType }: DetailsFieldsProps) {
  const bind = (name: FieldName) => ({
    id: fieldId(name),
    name,
    value: typed[name],
    error: errors[name],
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLSelectElement>) => onType(name, event.target.value),
  });
  const line = (name: FieldName) => ({ ...bind(name), maxLength: 200 });
  return (
    <>
      <Group title="Contact">
        <Field
          {...bind("email")}
          label="E-mail"
          type="email"
          inputMode="email"
          autoComplete="email"
          maxLength={254}
          hint="For the confirmation of your order, and nothing else."
        />
      </Group>
      <Group title="Delivery">
        <SelectField {...bind("country")} label="Country or region" autoComplete="shipping country">
          <option value="">Choose one</option>
          {countries().map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </SelectField>
        <Field {...line("name")} label="Full name" autoComplete="shipping name" />
        <Field {...line("line1")} label="Address" autoComplete="shipping address-line1" />
        <Field
          {...line("line2")}
          label="Apartment, floor and the like (optional)"
          autoComplete="shipping address-line2"
        />
        <div className={styles.pair}>
          <Field {...line("postalCode")} label="Postal code" autoComplete="shipping postal-code" />
          <Field {...line("city")} label="Town or city" autoComplete="shipping address-level2" />
        </div>
      </Group>
    </>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className={styles.group}>
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}
