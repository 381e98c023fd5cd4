import { type Answer, newShopper, type Request } from "../support/shop.ts";

/** A request that may say where it comes from. */
export type Sourced = Request & { source?: string };

/** A new shopper wants some units, from a source or from nowhere. */
export const wish = (
  source: string | undefined,
  variantId: string,
  quantity = 1,
  more: Partial<Sourced> = {},
): Sourced => ({
  shopperId: newShopper(),
  lines: [{ variantId, quantity }],
  ...(source && { source }),
  ...more,
});

export const outcomesOf = (answers: Answer[]) => answers.map(({ outcome }) => outcome);

let named = 0;
export const newSource = () => `source-${++named}`;
