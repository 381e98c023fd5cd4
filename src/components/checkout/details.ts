import type { CheckoutDetails } from "@/contexts/checkout-store";
import { FIELDS, type FieldName, type TypedDetails } from "@/contexts/typed-details";
import { AddressSchema } from "@/contracts/address";
import { EmailSchema } from "@/contracts/common";

export type FieldErrors = Partial<Record<FieldName, string>>;

const MISSING: FieldErrors = {
  email: "Enter your e-mail address",
  country: "Choose the country that the parcel goes to",
  name: "Enter the name of who gets the parcel",
  line1: "Enter the street and the number of the house",
  postalCode: "Enter the postal code",
  city: "Enter the town or city",
};

export const fieldId = (name: FieldName) => `checkout-${name}`;

/** Reads the form by the very schemas of the server. */
export function readDetails(
  typed: TypedDetails,
): { ok: true; details: CheckoutDetails } | { ok: false; errors: FieldErrors } {
  const { email, ...line } = typed;
  const mail = EmailSchema.safeParse(email.trim());
  const address = AddressSchema.safeParse({ ...line, line2: line.line2.trim() === "" ? null : line.line2 });
  if (mail.success && address.success) {
    return { ok: true, details: { email: mail.data, address: address.data } };
  }
  const wrong = [
    ...(mail.error?.issues ?? []).map(({ message }) => ({ path: "email", message })),
    ...(address.error?.issues ?? []).map(({ path, message }) => ({ path: path.join("."), message })),
  ];
  return { ok: false, errors: errorsOf(wrong, typed) };
}

/** What the server, or a schema, has found, in the words of the form. */
export function errorsOf(
  wrong: readonly { path: string; message: string }[],
  typed: TypedDetails,
): FieldErrors {
  const errors: FieldErrors = {};
  for (const { path, message } of wrong) {
    const name = FIELDS.find((field) => field === path || `address.${field}` === path);
    if (name !== undefined) errors[name] ??= wordsOf(name, typed[name], message);
  }
  return errors;
}

function wordsOf(name: FieldName, typed: string, message: string): string {
  const missing = MISSING[name];
  if (typed.trim() === "" && missing !== undefined) return missing;
  if (name === "email") return "This is not an e-mail address, like anna@example.com";
  return /control/i.test(message) ? "This has signs in it that no label can show" : message;
}
