import type { Explanation } from "./explained.ts";

/** Survivors of the limits of shoppers and of their sources, and of what is around them. */
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
];
