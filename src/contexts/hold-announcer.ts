import type { CartLine } from "@/contracts/reservations";
import { milestoneText, passedMilestone } from "@/domain/milestones";
import { spokenTimeLeft } from "@/domain/time-left";
import { lineName, listOf } from "@/domain/wording";
import type { CartState } from "./cart-reducer";
import type { CartStore } from "./cart-store";

export interface Announcement {
  /** A new number for each announcement: the same words may have to be said twice. */
  id: number;
  text: string;
}

type Source = Pick<CartStore, "getState" | "subscribe" | "serverNow" | "ticker">;

/** What is said aloud about the holds: milestones, an end, the answer to "keep". Silence otherwise. */
export function createHoldAnnouncer(store: Source) {
  const listeners = new Set<() => void>();
  const lastReading = new Map<string, number>();
  let announcement: Announcement = { id: 0, text: "" };
  let seen: CartState = store.getState();
  let stop: (() => void) | null = null;

  function say(text: string) {
    announcement = { id: announcement.id + 1, text };
    for (const listener of listeners) listener();
  }

  function passed(line: CartLine) {
    const left = Date.parse(line.expiresAt) - store.serverNow();
    const before = lastReading.get(line.reservationId);
    lastReading.set(line.reservationId, left);
    return before === undefined ? null : passedMilestone(before, left);
  }

  function onTick() {
    const passing = (store.getState().cart?.lines ?? []).flatMap((line) => {
      const milestone = passed(line);
      return milestone === null ? [] : [{ milestone, name: lineName(line) }];
    });
    const nearest = Math.min(...passing.map(({ milestone }) => milestone));
    const nearestOnes = passing.filter(({ milestone }) => milestone === nearest);
    const [first] = nearestOnes;
    if (first) say(milestoneText(first.milestone, listOf(nearestOnes.map(({ name }) => name))));
  }

  function onState() {
    const state = store.getState();
    const before = seen;
    seen = state;
    const known = new Set(before.ended.map((line) => line.reservationId));
    const ended = state.ended.filter((line) => !known.has(line.reservationId));
    if (ended.length > 0) say(endedText(ended.map(lineName)));
    else if (state.lastExtended && state.lastExtended !== before.lastExtended) {
      const { line } = state.lastExtended;
      const left = Date.parse(line.expiresAt) - store.serverNow();
      say(`${lineName(line)} is kept: ${spokenTimeLeft(left)} left.`);
    }
  }

  return {
    read: () => announcement,
    subscribe(listener: () => void) {
      listeners.add(listener);
      stop ??= both(store.ticker.subscribe(onTick), store.subscribe(onState));
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.();
        stop = null;
      };
    },
  };
}
export type HoldAnnouncer = ReturnType<typeof createHoldAnnouncer>;

export function endedText(names: readonly string[]): string {
  return names.length === 1
    ? `Your hold on ${listOf(names)} ended; the units went back.`
    : `Your holds on ${listOf(names)} ended; the units went back.`;
}

function both(one: () => void, other: () => void): () => void {
  return () => {
    one();
    other();
  };
}
