import type { Explanation } from "../explained.ts";

/** Survivors of the limits of shoppers and of their sources, and of what is looked for in the books. */
export const ofLimits: Explanation[] = [
  {
    mutants: 'private.acting_shopper guard true: "v_into is not null"',
    reason: "who is merged into nobody has no merge that holds: private.note_merge writes both",
  },
  {
    mutants: "private.cool_down_ends_at where true: \"r.status = 'released'\"",
    reason: "what was bought ended no later than the last purchase, and only later holds are looked at",
  },
  {
    mutants: 'private.cooling_requests where true: "l.is_known"',
    reason: "whoever held anything is known: it saves looking for holds of those who never did",
  },
  {
    mutants: 'private.drift_of_sales on true: "l.location_id is not null" (2)',
    reason: "units come back only of a line that was sold from somewhere: private.guard_refund_line",
  },
  {
    mutants: 'private.forget_idle_holders guard false: "(select count(*) *',
    reason: "the first count only saves the second, which asks the same of those who are idle",
  },
  ...['"v_is_keyed"', '"v_is_keyed" (2)', `"v_limits <> '{}'"`, `"v_is_keyed and v_limits <> '{}'"`].map(
    (guard) => ({
      mutants: `private.reserve_within_limits guard true: ${guard}`,
      reason:
        "it saves a look: nothing is kept where nobody sends a key, and what is kept by now is answered again and takes nothing",
    }),
  ),
  ...["", " (3)", " (4)"].map((place) => ({
    mutants: `private.reserve_within_limits guard true: "v_has_sources"${place}`,
    reason: "it saves a look: requests without a source are passed over by what limits, notes and counts",
  })),
  ...['true: "v_has_sources" (2)', 'true: "p_now is null and v_has_sources"'].map((guard) => ({
    mutants: `private.reserve_within_limits guard ${guard}`,
    reason: "asked where it was asked already, the shortcut answers as the whole way would, or not at all",
  })),
  {
    mutants: 'private.reserve_within_limits guard false: "p_now is null and v_has_sources"',
    reason: "without the shortcut the whole way answers the same",
  },
  {
    mutants: 'private.reserve_within_limits guard true: "p_now is null"',
    reason: "who has read the clock sets a quantity, which the shortcut leaves to the whole way",
  },
  {
    mutants: "private.reserve_within_limits guard false: \"v_limits = '{}'\"",
    reason: "where nobody is refused, the answers put together are those that were given",
  },
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
