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
