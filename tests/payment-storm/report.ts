import type { Report } from "./storm.ts";

const money = (cents: number) => (cents / 100).toFixed(2);

/** What came of a storm, to be read. */
export function describe(report: Report, seed: number): string {
  const { paid, sold, refunded, unpaid, receivedCents, soldCents, refundedCents, faults } = report;
  const fates = Object.entries(report.fates).map(([fate, count]) => `${count} ${fate}`);
  const lines = [
    `Seed ${seed}. Fates: ${fates.join(", ")}.`,
    `${report.events} events in ${report.deliveries} deliveries; ${report.repeatedByUs} of them had to be told again.`,
    `${paid} paid = ${sold} sold + ${refunded} refunded; ${unpaid} came to nothing.`,
    `${money(receivedCents)} received = ${money(soldCents)} sold + ${money(refundedCents)} back.`,
    ...faults.map((fault) => `WRONG: ${fault}`),
    faults.length === 0
      ? "Every unit and every cent is accounted for."
      : `${faults.length} things do not add up.`,
  ];
  return lines.map((line) => `  ${line}`).join("\n");
}
