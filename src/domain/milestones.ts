/** The moments at which the time left is said aloud, in milliseconds, longest first. Silence in between. */
export const MILESTONES = [300_000, 120_000, 60_000, 30_000] as const;
export type Milestone = (typeof MILESTONES)[number];

const SPOKEN: Record<Milestone, string> = {
  300000: "5 minutes",
  120000: "2 minutes",
  60000: "1 minute",
  30000: "30 seconds",
};

/**
 * The milestone passed between two readings of the same hold. After a sleep several were passed:
 * only the last of them is still true. The end is not among them: the server says it, not the clock.
 */
export function passedMilestone(before: number, after: number): Milestone | null {
  if (after <= 0) return null;
  return MILESTONES.findLast((milestone) => before > milestone && after <= milestone) ?? null;
}

export function milestoneText(milestone: Milestone, names: string): string {
  return `${SPOKEN[milestone]} left to keep ${names}.`;
}
