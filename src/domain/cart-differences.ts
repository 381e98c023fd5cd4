import { moneyText } from "./money";
import { lineName, unitsText } from "./wording";

interface PricedLine {
  variantId: string;
  productName: string;
  variantName: string;
  quantity: number;
  unitPriceCents: number;
}

/** What is not as the shopper saw it. `before` and `after` are units, or cents of one unit. */
export interface CartDifference {
  variantId: string;
  productName: string;
  variantName: string;
  change: "gone" | "quantity" | "price" | "new";
  before?: number | null | undefined;
  after?: number | null | undefined;
}

/**
 * Line by line, in the order in which they were seen. A hold that ended and was taken again is another hold of the
 * same units at the same price: no difference to the shopper.
 */
export function cartDifferences(
  before: readonly PricedLine[],
  after: readonly PricedLine[],
): CartDifference[] {
  const [seen, current] = [byVariant(before), byVariant(after)];
  const changed = [...seen.values()].flatMap((line) => changesOf(line, current.get(line.variantId)));
  const added = [...current.values()].filter((line) => !seen.has(line.variantId));
  return [
    ...changed,
    ...added.map((line) => ({ ...named(line), change: "new" as const, after: line.quantity })),
  ];
}

function changesOf(before: PricedLine, after: PricedLine | undefined): CartDifference[] {
  if (after === undefined) return [{ ...named(before), change: "gone", before: before.quantity }];
  const changes: CartDifference[] = [];
  if (after.quantity !== before.quantity) {
    changes.push({ ...named(before), change: "quantity", before: before.quantity, after: after.quantity });
  }
  if (after.unitPriceCents !== before.unitPriceCents) {
    const [from, to] = [before.unitPriceCents, after.unitPriceCents];
    changes.push({ ...named(before), change: "price", before: from, after: to });
  }
  return changes;
}

const named = ({ variantId, productName, variantName }: PricedLine) => ({
  variantId,
  productName,
  variantName,
});

/** A variant may be held at two locations, in two lines. */
function byVariant(lines: readonly PricedLine[]): Map<string, PricedLine> {
  const known = new Map<string, PricedLine>();
  for (const line of lines) {
    const quantity = (known.get(line.variantId)?.quantity ?? 0) + line.quantity;
    known.set(line.variantId, { ...line, quantity });
  }
  return known;
}

/** One difference as a sentence. */
export function differenceText(difference: CartDifference, currency: string): string {
  const { change, before, after } = difference;
  const name = lineName(difference);
  const money = (cents: number | null | undefined) => moneyText(cents ?? 0, currency);
  switch (change) {
    case "gone":
      return `${name} is no longer held for you.`;
    case "quantity":
      return `${name}: ${unitsText(after ?? 0)} instead of ${before ?? 0}.`;
    case "price":
      return `${name} costs ${money(after)} each now, not ${money(before)}.`;
    case "new":
      return `${name} was added: ${unitsText(after ?? 0)}.`;
  }
}
