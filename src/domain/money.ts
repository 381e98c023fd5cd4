/** One locale for server and browser: a price must not change while the page wakes up. */
const LOCALE = "en-IE";
const formats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string): Intl.NumberFormat {
  const known = formats.get(currency);
  if (known) return known;
  const format = new Intl.NumberFormat(LOCALE, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    trailingZeroDisplay: "stripIfInteger",
  });
  formats.set(currency, format);
  return format;
}

/** How many minor units one unit of a currency has: 100 for most, but the yen has none of its own. */
export function minorUnitsOf(currency: string): number {
  return 10 ** (formatOf(currency).resolvedOptions().maximumFractionDigits ?? 2);
}

export function moneyText(minorUnits: number, currency: string): string {
  return formatOf(currency).format(minorUnits / minorUnitsOf(currency));
}

/** `€48`, or `from €48` when the prices differ. */
export function priceRangeText(prices: readonly { priceCents: number; currency: string }[]): string {
  const cheapest = prices.reduce((low, price) => (price.priceCents < low.priceCents ? price : low));
  const text = moneyText(cheapest.priceCents, cheapest.currency);
  return prices.some((price) => price.priceCents !== cheapest.priceCents) ? `from ${text}` : text;
}
