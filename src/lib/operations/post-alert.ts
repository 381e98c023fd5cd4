import type { Alert } from "./alert";
import { alertWords } from "./alert-words";

/** A webhook that says nothing for so long is down, for this time. */
const TIMEOUT_MS = 8_000;

/** Tells an alert to a webhook. Throws where it is not taken; the id is the same each time that it is sent. */
export async function postAlert(url: string, alert: Alert): Promise<void> {
  const { alertId, kind, subject, details, openedAt } = alert;
  const { title, text } = alertWords(kind, subject, details);
  const response = await fetch(url, {
    method: "POST",
    // An address that was not given is told nothing.
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { "content-type": "application/json" },
    // `text` alone is what the chat services read that take a webhook.
    body: JSON.stringify({ text: `${title}\n${text}`, alertId, kind, subject, details, openedAt }),
  });
  if (!response.ok) throw new Error(`answered ${response.status}`);
}
