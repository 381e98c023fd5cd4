import type { Explanation } from "./explained.ts";

/** Survivors of what those who operate the shop do with orders, and of merges. */
export const ofOrders: Explanation[] = [
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
