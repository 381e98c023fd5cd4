import type { Explanation } from "../explained.ts";

/** Survivors of orders, payments, refunds, and the holds that are being paid. */
export const ofPaying: Explanation[] = [
  {
    mutants: 'private.lock_payment guard true: "v_payment.shopper_id = v_shopper_id"',
    reason:
      "for the guest who signs in at this moment, whose payment had ended: the lock of the order, which is next, still stands between the two",
  },
  {
    mutants: "private.drift_of_sales where true: *m.reason ~ *",
    reason: "no order expects a movement of another reason: said so that fewer are summed up",
  },
  {
    mutants: 'private.erase_orders_of where true: "not o.is_erasure_due"',
    reason: "what is marked already is marked as it is",
  },
  {
    mutants:
      "public.reservations.reservations_status_moves_forward trigger-when true: (new.status = ANY (ARRAY['active'*",
    reason:
      "these are all that a hold that is being paid may become: the only other status is the one that it has",
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
  ...["private.close_alert", "private.count_refunds", "private.erase_orders_of"].map((name) => ({
    mutants: `${name} clock *`,
    reason: "it says when something was, and nothing is decided by it",
  })),
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
  {
    mutants:
      "public.refunds.refunds_one_of_a_second_payment_idx unique-widened true: (payment_intent_id IS NOT NULL)",
    reason: "null is no duplicate of null: said for the size of the index",
  },
  ...[
    [
      `private.check_checkout_details guard false: "jsonb_typeof(p_details) is distinct from 'object'"`,
      "email",
    ],
    ["private.check_paid_order where false: \"jsonb_typeof(l.line) <> 'object'\"", "variantId"],
    [
      `private.check_paid_order guard false: "jsonb_typeof(p_payment) is distinct from 'object'"`,
      "amountCents",
    ],
    [
      `private.check_stripe_session guard false: "jsonb_typeof(p_stripe) is distinct from 'object'"`,
      "status",
    ],
  ].map(([mutants = "", key]) => ({
    mutants,
    reason: `what is no object has no ${key}, which is refused beside it`,
  })),
  ...["log_order_change", "log_refund_line"].map((name) => ({
    mutants: `private.${name} guard true: "tg_op = 'UPDATE'"`,
    reason: "where a row is new there is no old one, and null comes of it all the same",
  })),
  {
    mutants: 'public.erase_due_orders where true: "o.erased_at is null"',
    reason:
      "private.erase_orders, which alone erases, writes in the same statement that nothing is due any more",
  },
  ...["number", "status"].map((key) => ({
    mutants: `public.search_orders guard true: "p_filter ->> '${key}' is not null"`,
    reason: "whether nothing is a valid value is null, which refuses nothing",
  })),
  {
    mutants:
      "public.shoppers.shoppers_note_merge trigger-when true: ((new.merged_into IS NOT NULL) OR (new.merged_at IS NOT NULL))",
    reason: "where there is neither, private.note_merge writes null over null",
  },
];
