import { z } from "zod";
// How zod behaves in a browser is settled there, before the first schema is made.
import "@/contracts/common";

const NAME = "holdfast-checkout";
/** Long enough for a payment that did not work; a computer that others use forgets it soon. */
const KEPT_FOR = 60 * 60_000;

export const FIELDS = ["email", "country", "name", "line1", "line2", "postalCode", "city"] as const;
export type FieldName = (typeof FIELDS)[number];
/** What somebody has typed into the form of the checkout, as they typed it. */
export type TypedDetails = Record<FieldName, string>;

const text = z.string().max(1_000);
const StoredSchema = z.object({
  typedAt: z.number(),
  details: z.object({
    email: text,
    country: text,
    name: text,
    line1: text,
    line2: text,
    postalCode: text,
    city: text,
  }),
});

type Storage = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem">;

/**
 * The one thing that a tab keeps for itself: whoever comes back from the payment page, or reloads, need not type their
 * address twice. It leaves with the tab, after an hour, with a finished order, and when somebody signs in or out.
 */
export function recallDetails(now = Date.now(), storage = storageOf()): TypedDetails | null {
  try {
    const stored = StoredSchema.safeParse(JSON.parse(storage?.getItem(NAME) ?? "null")).data;
    if (stored && Math.abs(now - stored.typedAt) < KEPT_FOR) return stored.details;
  } catch {
    // Not what we wrote: as good as nothing.
  }
  forgetDetails(storage);
  return null;
}

export function keepDetails(details: TypedDetails, now = Date.now(), storage = storageOf()): void {
  try {
    storage?.setItem(NAME, JSON.stringify({ typedAt: now, details }));
  } catch {
    // A browser that keeps nothing: it was a convenience.
  }
}

export function forgetDetails(storage = storageOf()): void {
  try {
    storage?.removeItem(NAME);
  } catch {
    // As above.
  }
}

function storageOf(): Storage | null {
  try {
    return typeof window === "undefined" ? null : window.sessionStorage;
  } catch {
    return null;
  }
}
