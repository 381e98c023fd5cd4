/**
 * What a shopper's wish can come to, besides success. Expected, so they are answers and not exceptions; the codes are
 * those of the SQL functions and of the HTTP problems alike.
 */
export type Refusal =
  | {
      code: "insufficient_stock" | "hold_expired";
      available: number;
      requested: number;
      shortfall: number;
      nextReleaseAt: string | null;
    }
  | { code: "limit_reached"; limit: { name: string; value: number }; requested: number; shortfall: number }
  /** A limit that ends by itself, so long from now. */
  | {
      code: "too_many_requests";
      limit: { name: string; value: number };
      requested: number;
      shortfall: number;
      retryAfterSeconds: number;
    }
  | {
      code:
        | "extension_limit"
        | "payment_open"
        | "reservation_ended"
        | "reservation_not_found"
        | "variant_not_found";
    };

export type Result<Value> = { ok: true; value: Value } | { ok: false; serverNow: string; refusal: Refusal };
