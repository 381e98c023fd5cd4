import { secretValues } from "./env";

type Facts = Record<string, string | number | undefined>;

/**
 * One JSON line per event on stderr. Carries ids and codes, never what a shopper typed or a key: a secret of ours that
 * somebody else's message repeats is struck out.
 */
export function logError(event: string, facts: Facts): void {
  log("error", event, facts);
}

/** What whoever operates the shop should know, though nothing is wrong. */
export function logInfo(event: string, facts: Facts): void {
  log("info", event, facts);
}

function log(level: "error" | "info", event: string, facts: Facts): void {
  const line = JSON.stringify({ level, time: new Date().toISOString(), event, ...facts });
  process.stderr.write(`${withoutSecrets(line)}\n`);
}

function withoutSecrets(line: string): string {
  // As JSON writes them: a quote in a secret is escaped in the line.
  const written = secretValues().map((secret) => JSON.stringify(secret).slice(1, -1));
  return written.reduce((text, secret) => text.replaceAll(secret, "[secret]"), line);
}
