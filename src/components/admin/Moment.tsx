"use client";

import { useHydrated } from "../use-hydrated";

const FULL: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "medium" };
const SHORT: Intl.DateTimeFormatOptions = {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
};

/** An instant: in UTC from the server, which knows no time zone, and in the reader's own as soon as there is one. */
export function Moment({ instant, isShort = false }: { instant: string; isShort?: boolean }) {
  const isHere = useHydrated();
  const date = new Date(instant);
  const utc = `${date
    .toISOString()
    .slice(isShort ? 5 : 0, isShort ? 16 : 19)
    .replace("T", " ")} UTC`;
  return (
    <time dateTime={instant}>{isHere ? date.toLocaleString(undefined, isShort ? SHORT : FULL) : utc}</time>
  );
}
