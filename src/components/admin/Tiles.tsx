import type { Overview } from "@/contracts/admin-overview";
import { countText, durationText } from "@/domain/admin-wording";
import styles from "./figures.module.css";

/** The figures of the overview, each with what it means. */
export function Tiles({ figures }: { figures: Overview }) {
  const { live, made, confirmed, released, expired, conversion, heldSecondsMedian, heldSecondsP90 } = figures;
  const held = (seconds: number | null) => (seconds === null ? "–" : durationText(seconds));
  const refused = Object.values(figures.refusals).reduce((sum, { units }) => sum + units, 0);
  const blocked = figures.products.reduce((sum, { blockedUnitHours }) => sum + blockedUnitHours, 0);
  const tiles = [
    ["Active now", live.activeHolds, countText(live.activeUnits, "unit")],
    ["Being paid now", live.payingHolds, countText(live.payingUnits, "unit")],
    ["Lapsed, not swept", live.lapsedHolds, "They block nobody"],
    ["Made", made, `${confirmed} sold, ${released} given back`],
    ["Expired", expired, "of those made"],
    [
      "Conversion",
      conversion === null ? "–" : `${(conversion * 100).toFixed(1)} %`,
      "sold of all that ended",
    ],
    ["Held, median", held(heldSecondsMedian), `90th percentile ${held(heldSecondsP90)}`],
    ["Refused", countText(refused, "unit"), "asked for and not held"],
    ["Blocked", `${blocked.toFixed(1)} h`, "unit-hours of holds that came to nothing"],
  ] as const;
  return (
    <dl className={styles.tiles}>
      {tiles.map(([label, value, note]) => (
        <div key={label} className={styles.tile}>
          <dt>{label}</dt>
          <dd>{value}</dd>
          <dd className={styles.note}>{note}</dd>
        </div>
      ))}
    </dl>
  );
}
