import type { Mutant } from "./mutant.ts";

/** What a mutant may break, by a part of its id. The numbers are those of the design's invariants. */
const guards: [id: RegExp, invariant: string][] = [
  [/ lock-| skip-locked/, "locks: one at a time, in one order, nobody waits for nothing"],
  [/ clock /, "11 only the database's clock decides, read after the locks"],
  [/reserved_within_on_hand|adjust_stock|safety_stock|on_hand_after/, "1 reserved stays within on_hand"],
  [
    /count_(inserted|updated|deleted)|reservations_count|is_counted|start_unreserved/,
    "2 reserved is counted",
  ],
  [/one_active|free_beside|write_holds/, "3 one active hold per shopper and level"],
  [
    /moves_forward|identity_is_fixed|ended_at|_in_order|withdrawn|replaces/,
    "4 status moves forward, times agree",
  ],
  [
    /lapsed|expire|expiry|reclaim|sweep/,
    "5 a lapsed hold blocks nobody, and is not extended as if it were alive",
  ],
  [/extend|refusal_of/, "6 a lapsed hold is not extended as if it were alive"],
  [/paying|payment/, "7 what is being paid for stays pinned"],
  [
    /log_|audit|movement|append_only|refusals|no_truncate|repair|validate_stock/,
    "10 every change leaves its trace",
  ],
  [
    /transfer|merg|acting|shopper_id|variants_of|release_reservations/,
    "12 a shopper changes only what is theirs",
  ],
  [/_pkey|_key |_fkey/, "a row is there once, and what it refers to is there"],
  [/max_units|decide_reservations|at_once|is_refused_unseen/, "caps and what is decided"],
];

export const guardedBy = ({ id }: Pick<Mutant, "id">): string =>
  guards.find(([pattern]) => pattern.test(id))?.[1] ?? "none of them by name";
