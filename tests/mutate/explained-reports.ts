import type { Explanation } from "./explained.ts";

/** Survivors of what is reported. */
export const ofReports: Explanation[] = [
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
