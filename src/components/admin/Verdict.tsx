import type { Timeline } from "@/contracts/admin-timeline";
import { countText } from "@/domain/admin-wording";
import { explainAvailability } from "@/domain/unavailable";
import { DataTable } from "../ui/DataTable";
import { EventList } from "./EventList";
import { Moment } from "./Moment";
import marksStyles from "./marks.module.css";
import pageStyles from "./page.module.css";

const COLUMNS = [
  { key: "location", label: "Location" },
  { key: "onHand", label: "On hand", isNumber: true },
  { key: "held", label: "Held", isNumber: true },
  { key: "paying", label: "Being paid", isNumber: true },
  { key: "safety", label: "Kept back", isNumber: true },
  { key: "lapsed", label: "Lapsed", isNumber: true },
  { key: "available", label: "Available", isNumber: true },
];

/** The answer in words, the state in figures, and what changed around it. */
export function Verdict({ timeline }: { timeline: Timeline }) {
  const { productName, variantName, at, levels, events, left, isPublished } = timeline;
  const { isAvailable, sentences } = explainAvailability(isPublished, levels);
  return (
    <>
      <section className={pageStyles.section} aria-labelledby="answer">
        <h2 id="answer">
          {productName}, {variantName}, at <Moment instant={at} />
        </h2>
        <div className={marksStyles.verdict} data-available={isAvailable}>
          <p>{isAvailable ? "It was available." : "It was unavailable."}</p>
          {sentences.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
        <DataTable
          caption="Units at that instant, by location"
          columns={COLUMNS}
          rows={levels.map((level) => ({
            key: level.locationCode,
            cells: [
              level.locationCode,
              level.onHand,
              `${level.heldUnits} in ${countText(level.holds, "hold")}`,
              `${level.payingUnits} in ${countText(level.payments, "hold")}`,
              level.safetyStock,
              level.lapsedUnits,
              level.available,
            ],
          }))}
          empty="It was kept at no location."
        />
      </section>
      <section className={pageStyles.section} aria-labelledby="events">
        <h2 id="events">What changed around it</h2>
        <EventList events={events} />
        {left > 0 && (
          <p className={pageStyles.soft}>{countText(left, "more change")} in this time, further away.</p>
        )}
      </section>
    </>
  );
}
