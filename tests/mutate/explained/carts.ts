import type { Explanation } from "../explained.ts";

/** Survivors of carts: single requests, giving back, signing in, and what is told of them. */
export const ofCarts: Explanation[] = [
  ...["(2)", "(3)"].map((place) => ({
    mutants: `private.reserve_one guard true: "v_is_keyed" ${place}`,
    reason: "without a key no answer is known, and none is kept",
  })),
  {
    mutants: 'public.get_cart where true: "not l.is_live"',
    reason: "a line that is live is itself the live line of its variant that is asked for next",
  },
  ...["n.status = 'paying'", "n.status in ('released', 'confirmed')"].map((condition) => ({
    mutants: `public.get_cart where true: "${condition}"`,
    reason:
      "a later hold that has another state is live, which is asked before, or was lost later, and then it is the one that is shown",
  })),
  {
    mutants: 'public.release_reservations guard true: "v_mine is not null"',
    reason: "releasing nothing does nothing",
  },
  {
    mutants: 'public.release_reservations where true: "r.shopper_id = v_shopper_id"',
    reason: "whose they are is asked again of all ids, where it is decided what becomes of them",
  },
  {
    mutants: 'public.repair_stock_consistency guard true: "not p_dry_run"',
    reason: "a dry run writes nothing of which the cause would be told, and leaves no cause behind",
  },
  {
    mutants: 'public.transfer_reservations guard true: "v_from is not null"',
    reason: "merging nothing does nothing",
  },
  {
    mutants: "public.transfer_reservations lock-removed for no key update",
    reason:
      "the UPDATE after it locks the same orders, and who else locks several orders of one shopper has the shopper's lock or passes over what is locked",
  },
  {
    mutants: "public.transfer_reservations where true: \"a.status in ('released', 'confirmed')\"",
    reason:
      "who pays is not transferred, and all other states have their branch: said for the partial indexes",
  },
  {
    mutants: "public.transfer_reservations where true: \"r.status = 'active'\" (2)",
    reason: "private.mark_expired asks again, and passes over what is not active",
  },
];
