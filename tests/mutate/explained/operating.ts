import type { Explanation } from "../explained.ts";

/** Survivors among what admins read and do, reports, health and upkeep. */
export const ofOperating: Explanation[] = [
  {
    mutants: "public.*_trail.*_trail_keep trigger-dropped",
    reason: "the totals, to which everything that is deleted would be added, refuse it as well",
  },
  ...["private.published_at limit *", "public.admin_save_settings limit limit 1"].map((mutants) => ({
    mutants,
    reason: "SELECT INTO takes the first row, and leaves the others",
  })),
  {
    mutants: 'private.published_at where true: "a.at > p_at"',
    reason: "asked only where no change is of that instant or before it: all there are came after",
  },
  ...["DELETE", "INSERT"].map((operation) => ({
    mutants: `private.log_shop_change guard true: "tg_op <> '${operation}'"`,
    reason: "in a trigger, the row that there is not is null, and so is what it comes to",
  })),
  ...["s.location_id = v_row.location_id", "s.variant_id = v_row.variant_id"].map((condition) => ({
    mutants: `public.admin_import_stock where true: "${condition}"`,
    reason: "more is marked of what has lapsed, at the level of the row, than this count needs",
  })),
  {
    mutants: "public.admin_release_reservation where true: \"r.status = 'active'\"",
    reason: "read so a moment before, under the lock without which no hold of the level changes its state",
  },
  ...["t.variant_id = v_hold.variant_id", "t.at >= v_hold.created_at - interval '1 minute'"].map(
    (condition) => ({
      mutants: `public.admin_reservation where true: "${condition}"`,
      reason:
        "a hold keeps its variant, and has no trail from before it began: said for the key of the trail",
    }),
  ),
  ...["admin_reservations", "admin_sweep_runs"].map((name) => ({
    mutants: `public.${name} limit limit p_limit + 1`,
    reason: "it spares reading what is left out of the answer anyway",
  })),
  ...[
    "public.admin_overview where true: \"r.status in ('active', 'paying')\"",
    "public.shop_health where true: \"p.status in ('open', 'processing')\"",
  ].map((mutants) => ({
    mutants,
    reason: "each figure asks for its state itself: it spares reading what none of them counts",
  })),
  {
    mutants: 'public.admin_save_settings where true: "s.is_only_row"',
    reason: "there is one row, and the table allows no second",
  },
  {
    mutants: 'public.admin_save_variant guard true: "p_variant_id is not null"',
    reason: "no variant has null for its id: it saves looking for one",
  },
  {
    mutants: "public.prune_old_records bound greatest(clock_timestamp(), v_now)",
    reason: "the clock does not go back, unless somebody sets it back at this moment",
  },
  ...["", " (2)"].map((place) => ({
    mutants: `private.lapsed_and_unswept where true: "s.next_expiry_at <= p_now"${place}`,
    reason:
      "no active hold ends before the bound of its level: it keeps the scan off the levels where nothing has lapsed, and changes no answer",
  })),
  ...["location_id", "variant_id"].map((column) => ({
    mutants: `private.lapsed_and_unswept where true: "r.${column} = s.${column}"`,
    reason:
      "each hold that has lapsed lies at one of these levels: the earliest end of all of them is the same",
  })),
];
