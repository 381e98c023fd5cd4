"use client";

import { useHydrated } from "./use-hydrated";

/** `14:35` or `2:35 PM`, as the shopper's own browser writes it. */
export function localTimeText(instant: string): string {
  return new Date(instant).toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" });
}

/**
 * The server knows neither time zone nor locale of the shopper: the words around a time, and the time,
 * appear when the browser has them.
 */
export function LocalTime({ before = "", instant }: { before?: string; instant: string }) {
  if (!useHydrated()) return null;
  return (
    <>
      {before}
      <time dateTime={instant}>{localTimeText(instant)}</time>
    </>
  );
}
