import Link from "next/link";
import type { ShopEvent } from "@/contracts/admin-timeline";
import { Moment } from "./Moment";
import marksStyles from "./marks.module.css";
import pageStyles from "./page.module.css";

const ENTITIES = {
  reservation: "hold",
  stock_level: "stock",
  product: "product",
  variant: "variant",
} as const;

/** What changed around an instant, oldest first. */
export function EventList({ events }: { events: readonly ShopEvent[] }) {
  if (events.length === 0) return <p className={pageStyles.soft}>Nothing changed in this time.</p>;
  return (
    <ol className={marksStyles.timeline}>
      {events.map((event, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two rows of one statement may have everything in common
        <li key={`${event.at}${index}`}>
          <Moment instant={event.at} />
          <div>
            <p>
              <strong>
                {ENTITIES[event.entity]}, {event.actor}: {event.cause}
              </strong>{" "}
              {differencesOf(event).join(", ")}
            </p>
            {event.reason !== null && event.reason !== event.cause && <p>“{event.reason}”</p>}
            {event.reservationId !== null && (
              <p className={pageStyles.soft}>
                <Link href={`/admin/reservations/${event.reservationId}`} prefetch={false}>
                  The hold
                </Link>
              </p>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** `onHand 5 → 7` of everything that differs. Ids and shoppers are left to the hold's own page. */
function differencesOf({ before, after }: ShopEvent): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const text = (value: unknown) =>
    value === null || value === undefined || value === "" ? "none" : String(value);
  return [...names]
    .filter((name) => !HIDDEN.has(name))
    .filter((name) => text(before?.[name]) !== text(after?.[name]))
    .map((name) =>
      before === null
        ? `${name} ${text(after?.[name])}`
        : `${name} ${text(before[name])} → ${text(after?.[name])}`,
    );
}
const HIDDEN = new Set(["id", "shopperId", "expiresAt", "product_id", "created_at", "description"]);
