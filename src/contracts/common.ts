import { z } from "zod";

// In the browser zod would try whether it may compile its checks with eval; the pages' policy says no, and tells.
if (typeof window !== "undefined") z.config({ jitless: true });

/** Most lines that one request may carry (design, section 5). */
export const MAX_LINES = 100;

/** Most units that one line may ever ask for; a shop's own, lower cap is data in the database. */
export const MAX_QUANTITY = 1_000;

export const IdSchema = z.uuid();

/** A guest's is 128 random bits, which are no UUID of RFC 9562: no version stands in them. */
export const ShopperIdSchema = z.guid();

/** The header of a change that is done once however often it is sent: bare, or as a quoted string. */
export const IdempotencyHeadersSchema = z.object({
  "Idempotency-Key": z
    .string()
    .regex(/^(?:"[!#-[\]-~]{1,255}"|[!#-[\]-~]{1,255})$/, '1 to 255 visible ASCII characters but " and \\')
    .optional(),
});

/** An instant as Postgres and the server write it: ISO 8601 with an offset. */
export const InstantSchema = z.iso.datetime({ offset: true });

/** Units of stock that somebody asks for. Strings are refused: "2" is a client's bug, not a 2. */
export const QuantitySchema = z.int().min(1).max(MAX_QUANTITY);

/** Integer minor units, for example cents. */
export const MoneySchema = z.int().min(0);

/** ISO 4217, upper case. */
export const CurrencySchema = z.string().regex(/^[A-Z]{3}$/);

export const EmailSchema = z.email("Not an e-mail address").max(254);
