import type { Overview } from "@/contracts/admin-overview";
import { countText } from "@/domain/admin-wording";
import { BarList } from "../ui/BarList";
import { StackedColumns } from "../ui/StackedColumns";
import styles from "./figures.module.css";
import { Moment } from "./Moment";

const SERIES = [
  { key: "confirmed", label: "Sold" },
  { key: "open", label: "Still held" },
  { key: "released", label: "Given back" },
  { key: "expired", label: "Expired" },
];

/** Holds over time, refused demand and blocked stock by product. */
export function OverviewCharts({ figures }: { figures: Overview }) {
  const { series, unit, products, made, confirmed, expired } = figures;
  const refused = products
    .filter(({ refusedUnits }) => refusedUnits > 0)
    .toSorted((one, other) => other.refusedUnits - one.refusedUnits);
  const blocked = products
    .filter(({ blockedUnitHours }) => blockedUnitHours > 0)
    .toSorted((one, other) => other.blockedUnitHours - one.blockedUnitHours);
  return (
    <div className={styles.charts}>
      <StackedColumns
        title={`Holds by the ${unit} in which they were made`}
        summary={`${countText(made, "hold")} made, ${confirmed} sold, ${expired} expired, in ${countText(series.length, unit)}.`}
        slotLabel={unit === "hour" ? "Hour from" : "Day from"}
        series={SERIES}
        slots={series.map((slot) => ({
          key: slot.at,
          label: <Moment instant={slot.at} isShort />,
          values: [
            slot.confirmed,
            slot.made - slot.confirmed - slot.released - slot.expired,
            slot.released,
            slot.expired,
          ],
        }))}
      />
      <BarList
        title="Refused demand by product"
        measure="Units refused"
        bars={refused.map(({ productId, name, refusedUnits, refusedRequests }) => ({
          key: productId,
          label: name,
          value: refusedUnits,
          text: `${countText(refusedUnits, "unit")} in ${countText(refusedRequests, "request")}`,
        }))}
        empty="Nobody was refused in this time."
      />
      <BarList
        title="Blocked stock by product"
        measure="Unit-hours"
        bars={blocked.map(({ productId, name, blockedUnitHours: hours }) => ({
          key: productId,
          label: name,
          value: hours,
          text: `${hours.toFixed(2)} unit-hours`,
        }))}
        empty="No hold came to nothing in this time."
      />
    </div>
  );
}
