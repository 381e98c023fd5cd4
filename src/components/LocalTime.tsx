"use client";

import { useHydrated } from "./use-hydrated";

/** `14:35` or `2:35 PM`, as the shopper's own browser writes it. */
export function localTimeText(instant: string): string {
  return new Date(instant).toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" });
}

/** The same with its day, for what may have been long ago. */
export function localDateText(instant: string): string {
  return new Date(instant).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

interface LocalTimeProps {
  before?: string;
  instant: string;
  withDate?: boolean;
}

/**
 * The server knows neither time zone nor locale of the shopper: the words around a time, and the time,
 * appear when the browser has them.
 */
export function LocalTime({ before = "", instant, withDate = false }: LocalTimeProps) {
  if (!useHydrated()) return null;
  return (
    <>
      {before}
      <time dateTime={instant}>{withDate ? localDateText(instant) : localTimeText(instant)}</time>
    </>
  );
}
