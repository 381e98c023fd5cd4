import type { BulkAnswer, BulkLine } from "@/contracts/bulk";

/** What a whole cart comes to. Refused means that nothing changed; the lines say why. */
export type BulkResult =
  | { ok: true; value: BulkAnswer }
  | { ok: false; serverNow: string; lines: BulkLine[] };

/** Whether every line was done, some were, or none. */
export function howMuch(lines: readonly BulkLine[], isDone: (line: BulkLine) => boolean) {
  const done = lines.filter(isDone).length;
  if (done === lines.length) return "done";
  return done > 0 ? "partial" : "refused";
}

/** Whether nothing was done, and a payment of the shopper's own is a reason. */
export function isPaymentInTheWay(result: BulkResult): boolean {
  return !result.ok && result.lines.some(({ outcome }) => outcome === "payment_open");
}

/** The variants of which too few were free. */
export function shortOf(result: BulkResult): string[] {
  if (result.ok) return [];
  return result.lines.flatMap((line) =>
    line.outcome === "insufficient_stock" && "variantId" in line ? line.variantId : [],
  );
}
