import { sendMail } from "../mail/send-mail";
import type { Alert } from "./alert";
import { alertWords } from "./alert-words";

/** Tells an alert to an address. Throws where the mail server does not take it; each time with the same Message-ID. */
export async function mailAlert(to: string, { alertId, kind, subject, details }: Alert): Promise<void> {
  const { title, text } = alertWords(kind, subject, details);
  const html = `<p>${escapeHtml(title)}</p><p>${escapeHtml(text)}</p>`;
  await sendMail({
    id: alertId,
    to,
    subject: title.replaceAll(/\s+/g, " "),
    text: `${title}\n\n${text}\n`,
    html,
  });
}

const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
