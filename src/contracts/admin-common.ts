import { z } from "zod";
import { IdSchema } from "./common";

/**
 * One line of text that a person typed, without blanks around it. No control characters and no halves of characters:
 * the database takes neither.
 */
export const lineOf = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "Letters, digits and signs of one line");

/** The same, empty too, and with line breaks. */
export const textOf = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u, "Text without control characters");

/** Why an admin does something: kept in the trail. */
export const ReasonSchema = lineOf(300).meta({ description: "Kept in the trail." });

/** Most that an integer column holds. */
export const MOST = 2_147_483_647;

export const IdPathSchema = z.object({ id: IdSchema });

/** A query that asks for nothing. */
export const NoQuerySchema = z.strictObject({});
