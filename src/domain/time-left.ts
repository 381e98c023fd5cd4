/** How loudly a countdown speaks. `ended` means that the time is up by our estimate; the server decides. */
export type TimeLevel = "calm" | "soon" | "urgent" | "ended";

export interface TimeLeft {
  milliseconds: number;
  level: TimeLevel;
  /** What is left of one whole turn, from 1 to 0. */
  fraction: number;
}

interface TimedHold {
  expiresAt: string;
  durationSeconds: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SHORTEST_URGENT = 20 * SECOND;
const SHORTEST_SOON = 40 * SECOND;

/**
 * For the usual 15 minutes: soon at 5, urgent at 2. Shorter holds keep the proportions,
 * but nobody can act on a warning of less than 20 seconds, so neither goes below its floor.
 */
export function warningsOf(durationSeconds: number): { soon: number; urgent: number } {
  const duration = durationSeconds * SECOND;
  return {
    soon: Math.max(SHORTEST_SOON, Math.min(5 * MINUTE, duration / 3)),
    urgent: Math.max(SHORTEST_URGENT, Math.min(2 * MINUTE, (duration * 2) / 15)),
  };
}

/** Always computed from the end, never decremented: a timer that slept or stuttered cannot make it wrong. */
export function timeLeft(hold: TimedHold, serverNow: number): TimeLeft {
  const milliseconds = Math.max(0, Date.parse(hold.expiresAt) - serverNow);
  const fraction = Math.min(1, milliseconds / (hold.durationSeconds * SECOND));
  return { milliseconds, level: levelOf(milliseconds, hold.durationSeconds), fraction };
}

function levelOf(milliseconds: number, durationSeconds: number): TimeLevel {
  const { soon, urgent } = warningsOf(durationSeconds);
  if (milliseconds <= 0) return "ended";
  if (milliseconds <= urgent) return "urgent";
  return milliseconds <= soon ? "soon" : "calm";
}

/** `14:05`, or `1:02:03` for the long holds that a product may grant. Never shows 0:00 before the end. */
export function clockText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / SECOND);
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const twoDigits = (value: number) => String(value).padStart(2, "0");
  const tail = twoDigits(seconds % 60);
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${tail}` : `${minutes}:${tail}`;
}

/** `14 minutes`, or `45 seconds` at the end: how a person would say it. */
export function spokenTimeLeft(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / SECOND);
  if (seconds < 60) return `${seconds} ${seconds === 1 ? "second" : "seconds"}`;
  const minutes = Math.round(seconds / 60);
  return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
}

/** At its longest: no click can move `expiresAt` any further. */
export function isAtLongest(hold: { expiresAt: string; maxExpiresAt: string }): boolean {
  return Date.parse(hold.expiresAt) >= Date.parse(hold.maxExpiresAt);
}

/** The hold that ends first, or undefined when there is none. */
export function soonestOf<Hold extends { expiresAt: string }>(holds: readonly Hold[]): Hold | undefined {
  return holds.reduce<Hold | undefined>(
    (first, hold) =>
      first === undefined || Date.parse(hold.expiresAt) < Date.parse(first.expiresAt) ? hold : first,
    undefined,
  );
}
