import { z } from "zod";
import { CurrencySchema, IdSchema, InstantSchema, MoneySchema } from "@/contracts/common";
import type { Forecast, ForecastLine } from "@/contracts/forecast";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { NOBODY } from "./nobody";

const LineSchema = z.object({
  reservationId: IdSchema,
  outcome: z.enum(["held", "would_be_held_again", "expired", "variant_not_found"]),
  variantId: IdSchema,
  quantity: z.int(),
  unitPriceCents: MoneySchema,
  currency: CurrencySchema,
  expiresAt: InstantSchema,
  available: z.int(),
  nextReleaseAt: InstantSchema.nullable(),
});
const AnswerSchema = z.object({ serverNow: InstantSchema, lines: z.array(LineSchema) });

/**
 * What would happen if the shopper paid now, line by line, of the whole cart or of these holds. Locks nothing and
 * promises nothing. A stranger's cart is empty.
 */
export async function validate(shopperId: string | null, ids?: readonly string[]): Promise<Forecast> {
  const args = { p_shopper_id: shopperId ?? NOBODY };
  const { serverNow, lines } = await callFunction("validate_reservations", args, AnswerSchema, IF_IDEMPOTENT);
  const cart = lines.map(toForecast);
  const asked = ids ? ids.map((id) => lineOf(cart, id)) : cart;
  return { serverNow, wouldSucceed: asked.length > 0 && asked.every(isGood), lines: asked };
}

function toForecast({ outcome, ...line }: z.infer<typeof LineSchema>): ForecastLine {
  return { ...line, outcome: outcome === "expired" ? "hold_expired" : outcome };
}

function lineOf(cart: ForecastLine[], id: string): ForecastLine {
  const reservationId = id.toLowerCase();
  const line = cart.find((known) => known.reservationId === reservationId);
  return line ?? { reservationId, outcome: "not_in_cart" };
}

function isGood({ outcome }: ForecastLine): boolean {
  return outcome === "held" || outcome === "would_be_held_again";
}
