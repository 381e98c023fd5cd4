import pino from "pino";
import { secretValues } from "./env";
import { currentRequestId } from "./request-context";

type Facts = Record<string, string | number | undefined>;

/** Facts that are a person's or open a door, by name: nobody ought to pass one, and none is written. */
const PRIVATE = /e-?mail|address$|password|phone|cookie|authorization|token/i;

/** An address in somebody else's message. */
const EMAIL = /[^\s"'<>()[\]\\:;,]+@[^\s"'<>()[\]\\:;,]+\.[a-z]{2,}/gi;

const logger = pino(
  {
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    mixin: () => ({ requestId: currentRequestId() }),
  },
  // At call time, so that nothing is lost when the process ends, as it may after any answer.
  { write: (line: string) => process.stderr.write(withoutSecrets(line)) },
);

/**
 * One JSON line per event on stderr, with the id of the request. Carries ids and codes, never what a shopper typed or
 * a key: a secret of ours or an e-mail address that somebody else's message repeats is struck out.
 */
export function logError(event: string, facts: Facts): void {
  logger.error({ event, ...withoutPrivate(facts) });
}

/** What somebody should look at soon. */
export function logWarning(event: string, facts: Facts): void {
  logger.warn({ event, ...withoutPrivate(facts) });
}

/** What whoever operates the shop should know, though nothing is wrong. */
export function logInfo(event: string, facts: Facts): void {
  logger.info({ event, ...withoutPrivate(facts) });
}

function withoutPrivate(facts: Facts): Facts {
  const entries = Object.entries(facts);
  return Object.fromEntries(entries.map(([name, fact]) => [name, PRIVATE.test(name) ? "[private]" : fact]));
}

function withoutSecrets(line: string): string {
  // As JSON writes them: a quote in a secret is escaped in the line.
  const written = secretValues().map((secret) => JSON.stringify(secret).slice(1, -1));
  const text = written.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), line);
  return text.replaceAll(EMAIL, "[e-mail]");
}
