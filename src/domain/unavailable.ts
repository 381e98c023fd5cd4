/** A stock level as it was at an instant, in units. */
interface LevelThen {
  locationCode: string;
  onHand: number;
  safetyStock: number;
  heldUnits: number;
  payingUnits: number;
  available: number;
}

export type Availability = { isAvailable: boolean; sentences: string[] };

/** Why a variant could be had at an instant, or not, in sentences. A line is never split over locations. */
export function explainAvailability(isPublished: boolean, levels: readonly LevelThen[]): Availability {
  const most = Math.max(0, ...levels.map(({ available }) => available));
  const sentences = levels.map(levelText);
  if (levels.length === 0) sentences.push("It was not kept at any location.");
  if (!isPublished) sentences.unshift("Its product was not published, so nobody could hold it.");
  return { isAvailable: isPublished && most > 0, sentences };
}

function levelText(level: LevelThen): string {
  const { locationCode: place, onHand, safetyStock, heldUnits, payingUnits, available } = level;
  if (onHand === 0) return `At ${place} there were no units.`;
  const taken = [
    heldUnits > 0 && `${heldUnits} held`,
    payingUnits > 0 && `${payingUnits} being paid`,
    safetyStock > 0 && `${safetyStock} kept back as safety stock`,
  ].filter((part) => part !== false);
  const of = `At ${place} there ${onHand === 1 ? "was 1 unit" : `were ${onHand} units`}`;
  if (taken.length === 0) return `${of}, all free.`;
  return `${of}: ${taken.join(", ")}, ${available === 0 ? "none" : available} free.`;
}
