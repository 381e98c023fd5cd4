import type { Explanation } from "./explained.ts";

/** Survivors among the limits of sources, and among what is read of orders and money. */
export const ofWork: Explanation[] = [
  ...[
    'guard true: "v_line.is_holder"',
    'where true: "h.source = l.source"',
    'where true: "h.variant_id = l.variant_id"',
  ].map((mutant) => ({
    mutants: `private.source_limits_ahead ${mutant}`,
    reason:
      "private.live_units_of_source counts the holders of that source and variant, of whom there are none then: it saves the call",
  })),
  {
    mutants: 'private.source_limits_ahead guard true: "l.is_known"',
    reason: "who has no row among the shoppers holds nothing",
  },
  {
    mutants: 'private.source_limits_ahead where true: "l.source is not null"',
    reason: "no source comes behind all sources, and no line without one is looked at",
  },
  {
    mutants: 'private.source_limits_behind where true: "d.source is not null"*',
    reason: "nothing equals null: no holder is found for it, and no line is joined to it",
  },
  {
    mutants: 'private.source_limits_behind where true: "not p_skip ? d.ord::text" (2)',
    reason: "the lines of who is passed over are left out beside it",
  },
  {
    mutants: 'private.source_limits_behind where true: "o.units > o.share"',
    reason: "where nothing is over the share, v_over is no more than nought, and the line is passed over",
  },
  ...["exists (select 1 from public.refunds as f where f.order_id = o.id)", "f.order_id = o.id"].map(
    (condition) => ({
      mutants: `public.reconcile_stock where true: "${condition}"`,
      reason: "private.has_restock_undecided asks for a refund of the order itself: it saves asking",
    }),
  ),
];
