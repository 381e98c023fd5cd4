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

/** Minor units are hundredths for most currencies, but not for all: the yen has none. */
export function moneyText(minorUnits: number, currency: string): string {
  const format = formatOf(currency);
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minorUnits / 10 ** digits);
}

/** `€48`, or `from €48` when the prices differ. */
export function priceRangeText(prices: readonly { priceCents: number; currency: string }[]): string {
  const cheapest = prices.reduce((low, price) => (price.priceCents < low.priceCents ? price : low));
  const text = moneyText(cheapest.priceCents, cheapest.currency);
  return prices.some((price) => price.priceCents !== cheapest.priceCents) ? `from ${text}` : text;
}
