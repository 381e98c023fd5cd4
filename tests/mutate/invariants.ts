import type { Mutant } from "./mutant.ts";

/** The mutants of these functions, and of everything that stands on these tables. */
const of = (...names: string[]) => new RegExp(`^(public|private)\\.(${names.join("|")})[. ]`);

/**
 * What a mutant may break, by a part of its id: the first that fits. The numbers are those of the design's
 * invariants. The most urgent come first, and are tried first.
 */
const guards: [id: RegExp, invariant: string][] = [
  [/ lock-| skip-locked/, "locks: one at a time, in one order, nobody waits for nothing"],
  [/_log /, "10 every change leaves its trace"],
  [/ clock /, "11 only the database's clock decides, read after the locks"],
  [
    of(
      "sell_or_refund",
      "sell_lines",
      "take_units",
      "own_units",
      "free_units",
      "settle_payment",
      "check_settled",
    ),
    "8 a success becomes one sale or one refund",
  ],
  [
    /_are_settled|payments_received|_within_received|_within_sold|refunds_one_of_the_ladder|sold_from_a_hold|was_paid/,
    "8 a success becomes one sale or one refund",
  ],
  [
    of("payments", "guard_paying_hold", "insert_paying_hold", "unpin_holds", "pin_cart", "is_payable"),
    "7 what is being paid for stays pinned",
  ],
  [
    of(
      "start_checkout",
      "open_payment",
      "resume_payment",
      "end_payment",
      "record_session",
      "claim_settlements",
    ),
    "7 what is being paid for stays pinned",
  ],
  [/stay_pinned|keep_while_paying/, "7 what is being paid for stays pinned"],
  [
    of(
      "refunds",
      "refund_lines",
      "payment_events",
      "orders",
      "count_refunds",
      "guard_refund",
      "guard_refund_line",
    ),
    "8 a success becomes one sale or one refund",
  ],
  [
    of(
      "record_refund",
      "record_outside_refund",
      "give_way_to_outside",
      "write_refund",
      "write_refund_status",
    ),
    "8 a success becomes one sale or one refund",
  ],
  [
    of(
      "claim_refunds",
      "retry_refund",
      "refund_status_of",
      "refundable_cents",
      "record_paid_order",
      "note_event",
    ),
    "8 a success becomes one sale or one refund",
  ],
  [
    of(
      "request_refund",
      "cancel_order",
      "check_refund_lines",
      "restock_line",
      "unreturned_units",
      "decide_restock",
    ),
    "8 what comes back goes back on the shelf once, and never beyond what was sold",
  ],
  [of("admin_variant_timeline"), "what admins do and read, among them 12"],
  [/reserved_within_on_hand|adjust_stock|safety_stock|on_hand_after/, "1 reserved stays within on_hand"],
  [/^(public|private)\.admin_|^public\.(list|search)_orders /, "what admins do and read, among them 12"],
  [
    of("held_at", "levels_at", "published_at", "demand_by_product", "holds_over_time", "lapsed_and_unswept"),
    "what admins do and read, among them 12",
  ],
  [of("shop_health", "import_rows"), "what admins do and read, among them 12"],
  [of("cool_down_ends_at", "cooling_requests", "forget_idle_holders"), "caps and what is decided"],
  [
    /count_(inserted|updated|deleted)|reservations_count|is_counted|start_unreserved/,
    "2 reserved is counted",
  ],
  [/one_active|free_beside|write_holds/, "3 one active hold per shopper and level"],
  [
    /reservations_status_moves_forward|expired_after_expiry|identity_is_fixed|ended_at|_in_order|withdrawn|replaces/,
    "4 status moves forward, times agree",
  ],
  [
    /lapsed|expire|expiry|reclaim|sweep/,
    "5 a lapsed hold blocks nobody, and is not extended as if it were alive",
  ],
  [/extend|refusal_of/, "6 a lapsed hold is not extended as if it were alive"],
  [of("order_lines", "check_checkout_details", "check_paid_order"), "9 prices are the database's, and stay"],
  [
    /log_|audit|movement|append_only|refusals|no_truncate|repair|validate_stock|reconcile|drift|_trail/,
    "10 every change leaves its trace",
  ],
  [
    /transfer|merg|acting|shopper_id|variants_of|release_reservations/,
    "12 a shopper changes only what is theirs",
  ],
  [/_pkey|_key |_fkey/, "a row is there once, and what it refers to is there"],
  [/max_units|decide_reservations|at_once|is_refused_unseen/, "caps and what is decided"],
];

const others = "none of them by name";

export const guardedBy = ({ id }: Pick<Mutant, "id">): string =>
  guards.find(([pattern]) => pattern.test(id))?.[1] ?? others;

const mostUrgent = [/^[78] /, /^[1-6] /, /^(11|locks)\b/];

/** What is paid for comes first, then invariants 1 to 6, then locks and clocks, then the rest, and what admins do and read last. */
export function urgencyOf(mutant: Pick<Mutant, "id">): number {
  const invariant = guardedBy(mutant);
  const place = mostUrgent.findIndex((pattern) => pattern.test(invariant));
  if (place >= 0) return place;
  return mostUrgent.length + Number(invariant.startsWith("what admins"));
}
