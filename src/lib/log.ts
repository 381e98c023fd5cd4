/** One JSON line per event on stderr. Carries ids and codes, never what a shopper typed or a key. */
export function logError(event: string, facts: Record<string, string | number | undefined>): void {
  process.stderr.write(
    `${JSON.stringify({ level: "error", time: new Date().toISOString(), event, ...facts })}\n`,
  );
}
