/** What an admin's wish can come to, besides success. Expected, so they are answers and not exceptions. */
export type AdminRefusal =
  | {
      code:
        | "product_not_found"
        | "variant_not_found"
        | "reservation_not_found"
        | "stock_level_not_found"
        | "reservation_ended"
        | "payment_open"
        | "slug_taken"
        | "sku_taken"
        | "no_variants"
        | "below_zero"
        | "stock_changed"
        | "import_refused"
        | "not_a_picture"
        | "picture_too_large";
    }
  /** Live holds stand in the way of an adjustment; those that are being paid more than the rest. */
  | {
      code: "units_held" | "payment_open";
      missing: number;
      holds: {
        reservationId: string;
        shopperId: string;
        quantity: number;
        heldAt: string;
        expiresAt: string;
      }[];
    };

export type AdminResult<Value> =
  | { ok: true; value: Value }
  | { ok: false; serverNow?: string; refusal: AdminRefusal };
