import type { Explanation } from "../explained.ts";

/** Survivors of stock, holds, shoppers and their sources. */
export const ofHolds: Explanation[] = [
  ...["(2)", "(4)"].map((place) => ({
    mutants: `public.release_reservations where true: "r.status = 'active'" ${place}`,
    reason:
      "asked twice, when the holds are chosen and when they are released: each keeps it without the other",
  })),
  ...[`"r.status = 'active'" (3)`, '"r.expires_at <= v_now"'].map((condition) => ({
    mutants: `public.release_reservations where true: ${condition}`,
    reason: "private.mark_expired asks again, and passes over what is not lapsed",
  })),
  {
    mutants:
      "public.stock_levels.stock_levels_write_movement trigger-when true: (old.on_hand IS DISTINCT FROM new.on_hand)",
    reason:
      "private.write_stock_movement asks again whether there is a difference: the trigger saves its call",
  },
  ...["private.availability_of", "private.expire_lapsed"].map((name) => ({
    mutants: `${name} where true: "r.expires_at >= *`,
    reason:
      "no active hold ends before the bound of its level: it keeps the scan off the index entries of holds that were expired before, and changes no answer",
  })),
  {
    mutants: 'private.refuse_at_once where true: "h.location_id = s.location_id"',
    reason: "every hold of a variant lies at one of its levels: the least end of all of them is the same",
  },
  {
    mutants: 'private.refuse_at_once where true: "h.expires_at > p_now"',
    reason: "called only where the bound of every level says that nothing there has lapsed",
  },
  {
    mutants: "private.cart_rows where true: \"r.status = 'released'\"",
    reason: "only what was released may be withdrawn (CHECK): said for the partial index",
  },
  ...["", " (2)"].map((place) => ({
    mutants: `private.cool_down_ends_at where true: "r.status in ('released', 'confirmed')"${place}`,
    reason: "said once more, because that is what the partial index knows",
  })),
  {
    mutants: 'public.get_cart where true: "n.ended_at >= l.lost_at"',
    reason: "a hold ends after it began, and its beginning is asked beside it: said for the index",
  },
  {
    mutants: "private.count_inserted_reservations where true: \"n.status = 'active'\"",
    reason: "a bound that is lower than need be is still a bound",
  },
  ...[
    '"r.location_id = p_location_id" (2)',
    '"r.variant_id = p_variant_id" (2)',
    `"r.status = 'active'" (2)`,
  ].map((condition) => ({
    mutants: `private.expire_lapsed where true: ${condition}`,
    reason: "a bound that is lower than need be is still a bound",
  })),
  ...[
    'private.expire_lapsed guard true: "v_ids',
    'private.load_holds guard true: "v_lapsed',
    'public.release_reservations guard true: "v_lapsed',
    'public.transfer_reservations guard true: "v_lapsed',
  ].map((guard) => ({
    mutants: `${guard} is not null"`,
    reason: "marking nothing does nothing",
  })),
  {
    mutants: "private.is_refused_unseen guard true: *",
    reason: "who is not refused unseen is refused, or served, by the whole way",
  },
  {
    mutants: 'private.reserve_one guard false: "l.next_expiry_at > v_came_at"',
    reason: "who is not refused at once is refused by the whole way",
  },
  {
    mutants: 'private.lock_acting_shopper guard true: "v_merged_into is not null"',
    reason: "it ends only what is too old, and nothing where nothing is",
  },
  {
    mutants: 'private.end_merge where true: "s.merged_into is not null"',
    reason: "no merge is written over no merge",
  },
  {
    mutants: "private.availability_of limit *",
    reason: "it spares counting what is not told",
  },
  {
    mutants: "private.known_requests guard false: *s.merged_into is null*",
    reason: "who is merged into nobody has no merge that holds",
  },
  {
    mutants: "private.lines_of_requests where true: *source' is not null*",
    reason: "what is left out has neither a wrong type nor a wrong length",
  },
  ...["l", "k"].map((row) => ({
    mutants: `private.reclaim_lapsed where true: "${row}.variant = x"`,
    reason: "more is marked of what has lapsed than this request needs",
  })),
  {
    mutants: "private.has_extended where true: \"a.answer ->> 'outcome' = 'held_again'\"",
    reason: "only what was held again began at this instant",
  },
  ...["c.status = 'active'", "(c.old_status <> 'active' or c.expires_at < c.old_expires_at)"].map(
    (condition) => ({
      mutants: `private.count_updated_reservations where true: "${condition}"`,
      reason: "a bound that is lower than need be is still a bound",
    }),
  ),
  {
    mutants: 'private.count_updated_reservations where true: "(d.units <> 0 or d.soonest is not null)"',
    reason: "a level that is written as it is stays as it is: it saves the lock",
  },
  {
    mutants: "private.count_inserted_reservations guard true: \"v_cause = 'sql'\"",
    reason: "our functions have made the shopper's row: making it where it is does nothing",
  },
  {
    mutants: 'private.count_inserted_reservations guard true: "v_counted < v_holds"',
    reason: "the levels are counted where it is not needed, and come to the same",
  },
  {
    mutants: "private.count_source_requests lock-order-reversed s.source",
    reason: "nobody else locks several of these rows but the upkeep, which skips those that are locked",
  },
  {
    mutants: 'private.decide_reservations guard false: "h.replaces_id[k] = b.line_reservation[i]"',
    reason:
      "known within a batch alone, while the table still has the named hold as it was: active or lapsed, which refuses nothing",
  },
  {
    mutants: 'private.end_merge where true: "not private.merge_holds(s.merged_at)"',
    reason:
      "called only about shoppers who act for themselves, under their lock: their merge holds no longer",
  },
  {
    mutants: 'private.count_limited guard true: "v_variants is not null"',
    reason: "called only where a limit refused a request, which has lines",
  },
  {
    mutants:
      "public.shoppers.shoppers_note_sources_of_merged trigger-when true: (new.merged_into IS DISTINCT FROM old.merged_into)",
    reason: "noting the same once more changes nothing",
  },
  ...["", " (2)"].map((place) => ({
    mutants: `private.cart_rows where true: "r.ended_at > v_shown_since"${place}`,
    reason: "when it was lost is asked of all of them, and is no later than its end: said for the index",
  })),
  {
    mutants: "public.adjust_stock where true: \"r.status = 'active'\" (2)",
    reason: "chosen so a moment before, under the lock without which no hold of the level changes its state",
  },
  {
    mutants: 'private.source_limits_ahead where true: "r.expires_at > p_now"',
    reason: "what is let pass before the locks is caught behind them by private.source_limits_behind",
  },
  {
    mutants: 'public.expire_reservations where true: "s.location_id = v_level.location_id"',
    reason: "the other levels of the variant are locked as well",
  },
  ...["n.variant_id = p_variant_id", "n.source = p_source"].map((condition) => ({
    mutants: `private.forget_idle_holders where true: "${condition}"`,
    reason: "the first count only saves the second, which asks the same of those who are idle",
  })),
  ...["r.variant_id = l.variant_id", "r.status = 'active'"].map((condition) => ({
    mutants: `private.source_limits_ahead where true: "${condition}"`,
    reason: "what is let pass before the locks is caught behind them by private.source_limits_behind",
  })),
  ...[
    'private.availability_of guard true: "v_level.next_expiry_at <= p_now"',
    'public.adjust_stock guard true: "v_level.next_expiry_at <= v_now"',
  ].map((mutants) => ({ mutants, reason: "what has lapsed is looked for where nothing has" })),
  ...["active", "expired"].map((status) => ({
    mutants: `public.transfer_reservations where true: "a.status = '${status}'"`,
    reason:
      "who pays is not transferred, and all other states have their branch: said for the partial indexes",
  })),
  {
    mutants: 'private.refuse_one where true: "h.expires_at > p_now"',
    reason: "called only where the bound of the level says that nothing there has lapsed",
  },
  ...["p_holds.moved <> '{}'", "'update' = any (p_holds.change)", "'insert' = any (p_holds.change)"].map(
    (guard) => ({
      mutants: `private.write_holds guard true: "${guard}"`,
      reason: "writing no rows does nothing",
    }),
  ),
  {
    mutants: 'public.expire_reservations guard false: "v_expired >= p_limit"',
    reason:
      "what is left of the limit is nothing then, and no more is marked: it saves looking at the other levels",
  },
  {
    mutants: 'public.expire_reservations guard true: "found"',
    reason: "where no level was found, nothing lapses at it",
  },
  {
    mutants: "public.expire_reservations limit limit 1",
    reason: "SELECT INTO takes the first row, and leaves the others",
  },
  {
    mutants: 'public.transfer_reservations where true: "r.expires_at <= v_now"',
    reason: "private.mark_expired asks again, and passes over what is not lapsed",
  },
];
