/** `Tidewater Vase, Large 28 cm`; a variant that has no name of its own adds nothing. */
export function lineName(line: { productName: string; variantName: string }): string {
  return line.variantName === "" || line.variantName === line.productName
    ? line.productName
    : `${line.productName}, ${line.variantName}`;
}

const list = new Intl.ListFormat("en", { type: "conjunction" });

/** `A, B, and C` */
export function listOf(names: readonly string[]): string {
  return list.format(names);
}

export function unitsText(quantity: number): string {
  return quantity === 1 ? "1 unit" : `${quantity} units`;
}
