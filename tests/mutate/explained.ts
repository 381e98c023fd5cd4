/** Survivors that are none of ours to kill, each with its reason. `*` stands for any text. */
export const explained: { mutants: string; reason: string }[] = [
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
      "public.reservations.reservations_status_moves_forward trigger-when true: (new.status = ANY (ARRAY['active'*",
    reason:
      "these are all that a hold that is being paid may become: the only other status is the one that it has",
  },
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
  {
    mutants: 'private.own_units where true: "l.order_id <> p_line.order_id"',
    reason: "its own payment has succeeded by then: private.sell_or_refund writes that first",
  },
  {
    mutants: "private.sell_or_refund where true: \"p.status <> 'succeeded'\"",
    reason: "what was written when an order of elsewhere was recorded is written once more as it is",
  },
  {
    mutants: 'private.unpin_holds guard true: "found"',
    reason: "where nothing was found, nothing has an end that could have passed",
  },
  {
    mutants: 'private.free_units guard true: "v_level.next_expiry_at <= p_now"',
    reason: "what has lapsed is looked for where nothing has",
  },
  ...[
    '"r.location_id = p_location_id" (2)',
    '"r.variant_id = p_variant_id" (2)',
    `"r.status = 'active'" (2)`,
  ].map((condition) => ({
    mutants: `private.expire_lapsed where true: ${condition}`,
    reason: "a bound that is lower than need be is still a bound",
  })),
  ...['private.expire_lapsed guard true: "v_ids', 'private.load_holds guard true: "v_lapsed'].map(
    (guard) => ({
      mutants: `${guard} is not null"`,
      reason: "marking nothing does nothing",
    }),
  ),
  ...[
    "p_levels.free[i] < v_units and p_levels.next_expiry_at[i] <= p_now",
    "p_levels.next_expiry_at[i] <= p_now",
  ].map((guard) => ({
    mutants: `private.is_refused_unseen guard true: "${guard}"`,
    reason: "who is not refused unseen is refused, or served, by the whole way",
  })),
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
  ...["order_line_id", "refund_id"].map((column) => ({
    mutants: `public.refund_lines.refund_lines_${column}_fkey foreign-key-dropped`,
    reason: "private.guard_refund_line refuses what is no line, and no refund, of one order",
  })),
  {
    mutants:
      "public.orders.orders_status_moves_forward trigger-when true: (new.status <> 'pending'::order_status)",
    reason: "asked of an order that is pending, and only where its status changes",
  },
  {
    mutants:
      "public.payments.payments_status_moves_forward trigger-when true: (old.status = ANY (ARRAY['failed'*",
    reason: "from all other states a success is allowed anyway; from itself it is no change",
  },
  {
    mutants:
      "public.refunds.refunds_status_moves_forward trigger-when true: (old.status = 'succeeded'::refund_status)",
    reason: "from all other states a failure is allowed anyway; from itself it is no change",
  },
  {
    mutants:
      "public.refund_lines.refund_lines_restock_update trigger-when true: (old.restock = 'undecided'::text)",
    reason: "refund_lines_are_fixed refuses every change of what was decided",
  },
  ...["insert", "update"].map((when) => ({
    mutants: `public.refunds.refunds_count_${when} trigger-when true: *`,
    reason: "private.count_refunds sums up what succeeded: once more comes to the same",
  })),
  {
    mutants: 'private.refund_status_of guard false: "jsonb_typeof(p_stripe) is distinct from *',
    reason: "what is no object has no status, which is refused beside it",
  },
  {
    mutants: `private.check_refund_lines where false: "jsonb_typeof(l.line) <> 'object'"`,
    reason: "what is no object has no orderLineId, which is refused beside it",
  },
  {
    mutants: 'public.request_refund on true: "l.order_id = p_order_id"',
    reason: "the price of another order's line counts for nothing: that line is refused as exceeding",
  },
  {
    mutants: 'public.request_refund guard true: "v_answer is null"',
    reason: "an answer is kept under the id of an order that is there, and has its payment",
  },
  {
    mutants: 'private.unreturned_units where true: "l.location_id is not null"',
    reason: "asked of orders that are paid, whose lines are all sold (private.check_settled)",
  },
  {
    mutants: `private.write_refund_status guard true: "p_status = 'pending'"`,
    reason:
      "who claims refunds asks for the lease of those alone that are requested or pending, and a retry ends it",
  },
  {
    mutants: 'private.lock_sold_order where true: "l.location_id is not null"',
    reason: "levels that nothing was sold from are locked as well, in the same order",
  },
  {
    mutants: 'public.settle_payment where true: "l.order_id = v_payment.order_id"',
    reason: "more levels are locked than need be, in the same order",
  },
  ...["r.shopper_id = v_shopper_id", "r.status = 'active'"].map((condition) => ({
    mutants: `public.start_checkout where true: "${condition}"`,
    reason: "more levels are locked than need be, in the same order",
  })),
  ...["", " (2)"].map((place) => ({
    mutants: `private.cart_rows where true: "r.ended_at > v_shown_since"${place}`,
    reason: "when it was lost is asked of all of them, and is no later than its end: said for the index",
  })),
  {
    mutants: "private.check_settled guard true: \"v_payment.status in ('succeeded', 'failed', 'expired')\"",
    reason: "an unfinished payment pins its holds itself, which excuses them",
  },
  {
    mutants: 'private.check_settled where true: "l.order_id = v_order.id" (3)',
    reason: "no hold is paying without an unfinished payment, of whatever order, when a transaction ends",
  },
  {
    mutants:
      "public.refunds.refunds_within_received_update trigger-when true: (old.status = 'failed'::refund_status)",
    reason: "private.guard_refund leaves the refund itself out: what had room before has room still",
  },
  {
    mutants: "public.reservations.reservations_keep_while_paying trigger-when true: (old.status = 'paying'*",
    reason:
      "a hold that is not paying has no unfinished payment (private.check_settled), so that its guard lets it go",
  },
  {
    mutants: "public.adjust_stock where true: \"r.status = 'active'\" (2)",
    reason: "chosen so a moment before, under the lock without which no hold of the level changes its state",
  },
  ...["private.close_alert", "private.count_refunds", "private.erase_orders_of"].map((name) => ({
    mutants: `${name} clock *`,
    reason: "it says when something was, and nothing is decided by it",
  })),
  {
    mutants: 'private.source_limits_ahead where true: "r.expires_at > p_now"',
    reason: "what is let pass before the locks is caught behind them by private.source_limits_behind",
  },
  {
    mutants: 'public.expire_reservations where true: "s.location_id = v_level.location_id"',
    reason: "the other levels of the variant are locked as well",
  },
  {
    mutants: 'private.guard_refund where true: "f.id <> new.id"',
    reason: "called about a refund that is not there yet, or that counts for nothing because it has failed",
  },
  {
    mutants: "private.own_units limit limit 1",
    reason: "SELECT INTO takes the first row, and leaves the others",
  },
  {
    mutants: 'private.own_units where true: "r.quantity = p_line.quantity"',
    reason:
      "a hold that is paying keeps its quantity (private.guard_paying_hold), so that it has another only for another order, which is asked beside it",
  },
  ...["r.shopper_id = p_shopper_id", "r.status = 'active'", "r.expires_at <= p_now"].map((condition) => ({
    mutants: `private.own_units where true: "${condition}"`,
    reason: "private.mark_expired passes over what is not lapsed; what has lapsed may be marked by anybody",
  })),
  {
    mutants: 'private.own_units guard true: "v_lapsed is not null"',
    reason: "marking nothing does nothing",
  },
  {
    mutants: 'private.take_units where true: "l.reservation_id is distinct from v_hold_id"',
    reason: "writing the same once more changes nothing: saved for the trail's sake",
  },
  {
    mutants: "public.settle_payment guard true: \"v_outcome <> 'duplicate_event'\"",
    reason: "ON CONFLICT DO NOTHING keeps the first row of an event",
  },
  ...["n.variant_id = p_variant_id", "n.source = p_source"].map((condition) => ({
    mutants: `private.forget_idle_holders where true: "${condition}"`,
    reason: "the first count only saves the second, which asks the same of those who are idle",
  })),
  ...["r.variant_id = l.variant_id", "r.status = 'active'"].map((condition) => ({
    mutants: `private.source_limits_ahead where true: "${condition}"`,
    reason: "what is let pass before the locks is caught behind them by private.source_limits_behind",
  })),
];

export function explanationOf(id: string, list = explained): string | undefined {
  return list.find(({ mutants }) => matches(id, mutants))?.reason;
}

/** Patterns that explain none of these mutants: they were overtaken by a change. */
export const needless = (ids: string[], list = explained) =>
  list.filter(({ mutants }) => !ids.some((id) => matches(id, mutants)));

function matches(id: string, pattern: string): boolean {
  const text = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${text.join(".*")}$`, "s").test(id);
}
