import type { Explanation } from "../explained.ts";

const heldThere =
  "every hold of a variant lies at one of its levels: the least end of all of them is the same";
const firstRow = "SELECT INTO takes the first row, and leaves the others";
const actsAgain =
  "private.acting_shopper is asked beside it, and answers the holder for the holder and their guests alone";
const asksAgain = "private.next_release_at, asked without need, comes to the same end: it saves its call";
const behindLock = "what does not fit is found out once more behind the lock, and goes the whole way then";
const noKey = "without a key nothing is known, and nothing is kept";

/** Survivors of deciding about requests, and of what those who are refused are told. */
export const ofReserving: Explanation[] = [
  {
    mutants: 'private.cart_rows where false: "m.live"',
    reason: "what is live ends later than now, and so later than what is shown since before now",
  },
  {
    mutants: 'private.choose_level guard true: "p_current is not null"',
    reason: "no location has the number NULL: a comparison with its units never holds",
  },
  {
    mutants: 'private.decide_reservations guard false: "h.id[k] = b.line_reservation[i]"',
    reason:
      "private.refusal_of_reservation finds the named hold active, as it was loaded, and refuses nothing",
  },
  {
    mutants: 'private.lock_shoppers guard true: "v_once_merged"',
    reason: "it ends only what is too old, and nothing where nothing is",
  },
  { mutants: "private.next_release_at limit limit 1", reason: "the least of all is the least of the firsts" },
  { mutants: 'private.next_release_at where true: "r.location_id = s.location_id"', reason: heldThere },
  {
    mutants: 'private.parse_reserve_requests guard false: "sh.merged_into is null"',
    reason: "who is merged into nobody has no merge that holds",
  },
  {
    mutants: 'private.refuse_at_once guard true: "p_variants[i] is distinct from v_variant_id"',
    reason: "asked for each request, it comes to the same",
  },
  ...[
    'guard true: "(p_shoppers[i] = v_next.shopper_id or p_shoppers[i] = any (v_next.guests))"',
    'where true: "g.merged_into = r.shopper_id"',
  ].map((what) => ({ mutants: `private.refuse_at_once ${what}`, reason: actsAgain })),
  ...["private.refuse_at_once limit limit 1", "private.refuse_at_once limit limit 1 (2)"].map((mutants) => ({
    mutants,
    reason: firstRow,
  })),
  { mutants: "private.refuse_one limit limit 1", reason: firstRow },
  ...[
    'guard true: "v_is_own"',
    'where true: "g.id = p_shopper_id"',
    'where true: "g.merged_into = h.shopper_id"',
  ].map((what) => ({ mutants: `private.refuse_one ${what}`, reason: asksAgain })),
  {
    mutants: 'private.refuse_one where true: "h.location_id = p_location_id"',
    reason: "called only where the variant has one level, where all of its holds lie",
  },
  {
    mutants: 'private.reserve guard true: "*true = any (v_plan.has_changed)"',
    reason: "private.keep_decided keeps only what changed something",
  },
  {
    mutants: 'private.reserve guard true: "v_plan.refused_variants is not null"',
    reason: "counting nothing does nothing",
  },
  ...[
    'private.reserve guard false: "not v_is_keyed"',
    'private.reserve guard true: "v_is_keyed"',
    'private.reserve guard true: "v_is_keyed" (2)',
    'private.reserve_at_once guard true: "r_key is not null"',
    'private.reserve_at_once guard true: "r_key is not null" (2)',
  ].map((mutants) => ({ mutants, reason: noKey })),
  {
    mutants: 'private.reserve_at_once guard false: "j is null"',
    reason: "what is not found fits nowhere, and so the whole batch does not",
  },
  {
    mutants: 'private.reserve_at_once guard false: "n = 1"',
    reason: "one request is answered as many are: private.reserve_one does it for less",
  },
  ...['guard true: "r_quantity[i] <= l_free[j]"', 'guard false: "v_fitting < n"'].map((what) => ({
    mutants: `private.reserve_at_once ${what}`,
    reason: behindLock,
  })),
];
