import { moneyText } from "@/domain/money";
import { unitsText } from "@/domain/wording";
import { Picture } from "../ui/Picture";
import styles from "./PricedLines.module.css";

export interface PricedLine {
  id: string;
  name: string;
  /** What else there is to say: the variant, what was paid back. */
  facts?: string | undefined;
  quantity: number;
  unitPriceCents: number;
  imagePath: string | null;
}

interface PricedLinesProps {
  lines: readonly PricedLine[];
  currency: string;
}

/** What is bought, for reading only. */
export function PricedLines({ lines, currency }: PricedLinesProps) {
  return (
    <ul className={styles.lines}>
      {lines.map((line) => (
        <li key={line.id} className={styles.line}>
          {line.imagePath !== null && (
            <Picture className={styles.picture} src={line.imagePath} alt="" width={56} height={70} />
          )}
          <div className={styles.words}>
            <p className={styles.name}>{line.name}</p>
            <p className={styles.facts}>
              {[line.facts, `${unitsText(line.quantity)}, ${moneyText(line.unitPriceCents, currency)} each`]
                .filter(Boolean)
                .join(" · ")}
            </p>
          </div>
          <p className={styles.price}>{moneyText(line.unitPriceCents * line.quantity, currency)}</p>
        </li>
      ))}
    </ul>
  );
}

interface TotalsProps {
  subtotalCents: number;
  shippingCents: number;
  totalCents: number;
  currency: string;
  totalLabel?: string;
  refundedCents?: number;
}

export function Totals(props: TotalsProps) {
  const {
    subtotalCents,
    shippingCents,
    totalCents,
    currency,
    totalLabel = "Total",
    refundedCents = 0,
  } = props;
  return (
    <dl className={styles.totals}>
      <dt>Pieces</dt>
      <dd>{moneyText(subtotalCents, currency)}</dd>
      <dt>Shipping</dt>
      <dd>{shippingCents === 0 ? "Free" : moneyText(shippingCents, currency)}</dd>
      <dt className={styles.total}>{totalLabel}</dt>
      <dd className={styles.total}>{moneyText(totalCents, currency)}</dd>
      {refundedCents > 0 && (
        <>
          <dt>Paid back</dt>
          <dd>−{moneyText(refundedCents, currency)}</dd>
        </>
      )}
    </dl>
  );
}
