import type { Explanation } from "../explained.ts";

/** What is told of the time, and decided by none of it. */
const told = [
  "admin_once",
  "admin_release_reservation",
  "admin_repair_stock",
  "admin_save_picture",
  "admin_save_product",
  "admin_save_settings",
  "admin_set_safety_stock",
  "erase_due_orders",
  "extend_reservations",
  "note_event",
  "record_alert",
  "track_alerts",
  "watch_low_stock",
];

/** Survivors among locks and clocks. */
export const ofWaits: Explanation[] = [
  ...[
    "claim_alerts",
    "claim_mails",
    "claim_refunds",
    "claim_settlements",
    "count_sign_in_attempt",
    "count_webhook_failures",
    "expire_reservations",
    "prune_old_records",
    "prune_sources",
    "record_mail",
    "admin_save_variant",
  ].map((name) => ({
    mutants: `public.${name} clock timestamptz := clock_timestamp()`,
    reason:
      "read where the function begins, before anything is waited for: as old as its statement either way",
  })),
  ...[
    "private.reserve clock p_now, clock_timestamp()",
    "private.reserve_at_once clock timestamptz := clock_timestamp()",
    "private.reserve_one clock timestamptz := clock_timestamp()",
    "private.reserve_within_limits clock p_now, clock_timestamp()",
  ].map((mutants) => ({
    mutants,
    reason: "read where the function begins, before anything is waited for, and read again behind the locks",
  })),
  ...told.map((name) => ({
    mutants: `public.${name} clock 'serverNow', clock_timestamp()*`,
    reason: "it says when the answer was made, and nothing is decided by it",
  })),
  {
    mutants: "private.reserve clock 'serverNow', clock_timestamp()",
    reason: "it says when an answer was given again, and nothing is decided by it",
  },
  ...["record_session", "record_paid_order", "set_reservation_quantity"].map((name) => ({
    mutants: `public.${name} clock 'serverNow', clock_timestamp()`,
    reason: "the answer about what is not there, for which nothing was waited for",
  })),
  ...[
    "private.merge_holds clock p_merged_at > clock_timestamp()",
    "private.note_merge clock null then clock_timestamp()",
  ].map((mutants) => ({
    mutants,
    reason: "a guest's identity acts for the user for ten minutes, three seconds more or less",
  })),
  ...[
    "private.reserve clock v_batch, clock_timestamp()",
    "public.admin_once clock p_body_hash, clock_timestamp()",
    "public.admin_once clock 'order', clock_timestamp()",
    "public.extend_reservations clock p_body_hash, clock_timestamp()",
    "public.release_reservations clock p_body_hash, clock_timestamp()",
    "public.start_checkout clock p_body_hash, clock_timestamp()",
  ].map((mutants) => ({ mutants, reason: "a key is kept for a day, three seconds more or less" })),
  ...[
    "private.prune_trail clock null then clock_timestamp()",
    "public.erase_account clock created_at > clock_timestamp()",
    "public.erase_due_orders clock created_at > clock_timestamp()",
    "public.erase_due_orders clock v_ids, clock_timestamp()",
  ].map((mutants) => ({ mutants, reason: "nothing is waited for before it is read" })),
  ...[
    "public.prune_old_records clock greatest(clock_timestamp()",
    "public.track_alerts clock greatest(clock_timestamp()",
    "public.record_alert clock told_at, *",
  ].map((mutants) => ({ mutants, reason: "it says when something was, and nothing is decided by it" })),
  {
    mutants: "public.admin_import_stock clock v_now := clock_timestamp()",
    reason: "what lapsed while it waited counts as held still: the import is refused, and asked for again",
  },
  {
    mutants: "public.admin_save_product clock v_now := clock_timestamp()",
    reason: "published from the moment in which it was asked for",
  },
  ...[
    "private.keep_refusals lock-order-reversed t.variant_id, t.reason, t.hour",
    "public.count_webhook_failures lock-order-reversed f.reason",
    "public.track_alerts lock-order-reversed 1, 2",
  ].map((mutants) => ({
    mutants,
    reason: "nobody else writes several of these rows: turned round, it is one order for all still",
  })),
  ...[
    "private.note_sources lock-order-reversed l.variant_id, l.source, l.shopper_id",
    "private.note_sources_of_merged lock-order-reversed n.variant_id, n.source",
  ].map((mutants) => ({
    mutants,
    reason: "the shopper is part of the row's key, and the caller has the shopper's lock",
  })),
  {
    mutants: "public.expire_reservations lock-order-reversed s.variant_id, s.location_id",
    reason: "it passes over what is locked, and so waits for nothing, in whatever order",
  },
  {
    mutants: "public.admin_save_variant lock-removed for no key update",
    reason: "what is left out stays by the UPDATE itself, and no function deletes a variant",
  },
  {
    mutants: "private.erase_orders_of lock-removed for no key update",
    reason: "an order that is sent off at this moment is marked as due, and erase_due_orders erases it",
  },
  {
    mutants: "private.lock_payment lock-removed for no key update (3)",
    reason: "an order has one payment, and the order is locked before it",
  },
];
