import { z } from "zod";
// How zod behaves in a browser is settled there, before the first schema is made.
import "./common";

/** What a person types on one line: no control characters, which no database and no label takes. */
const LineSchema = z
  .string()
  .max(200, "Longer than 200 characters")
  .regex(/^[^\p{Cc}\p{Cs}]*[^\p{Cc}\p{Cs}\s][^\p{Cc}\p{Cs}]*$/u, "Is missing, or has control characters")
  .trim();

/** Where a parcel goes. */
export const AddressSchema = z
  .object({
    name: LineSchema,
    line1: LineSchema,
    line2: LineSchema.nullish(),
    postalCode: LineSchema,
    city: LineSchema,
    /** ISO 3166-1 alpha-2, upper case. */
    country: z.string().regex(/^[A-Z]{2}$/, "A country's two capital letters"),
  })
  .meta({ id: "Address" });
export type Address = z.infer<typeof AddressSchema>;
