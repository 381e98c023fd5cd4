import { escapeHtml } from "../html.ts";
import type { Mail } from "./client.ts";

export function listPage(mails: Mail[]): string {
  const rows = mails.toReversed().map(
    ({ id, subject, to, at }) =>
      `<li><a href="/mails/${id}"><strong>${escapeHtml(subject || "(no subject)")}</strong>
<span>to ${escapeHtml(to.join(", "))}</span> <time datetime="${at}">${timeOf(at)}</time></a></li>`,
  );
  const list = rows.length > 0 ? `<ul>${rows.join("")}</ul>` : "<p>None yet.</p>";
  return page("Mails", `<h1>Mails</h1><p><a href="/">Look again</a></p>${list}`);
}

export function mailPage(mail: Mail, asText: boolean): string {
  const isText = asText || mail.html === null;
  const other = isText
    ? `<a href="/mails/${mail.id}">As a page</a>`
    : `<a href="/mails/${mail.id}?text">As text</a>`;
  return page(
    mail.subject,
    `<p><a href="/">All mails</a>${mail.html === null ? "" : ` · ${other}`}</p>
<h1>${escapeHtml(mail.subject || "(no subject)")}</h1>
<dl><dt>From</dt><dd>${escapeHtml(mail.from)}</dd><dt>To</dt><dd>${escapeHtml(mail.to.join(", "))}</dd>
<dt>Came</dt><dd><time datetime="${mail.at}">${timeOf(mail.at)}</time></dd></dl>
<iframe title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/mails/${mail.id}/${isText ? "text" : "html"}"></iframe>`,
  );
}

/** What the mail itself says, for the frame. */
export function contentPage(mail: Mail, part: string): string {
  const body = part === "html" ? (mail.html ?? "") : mail.textAsHtml;
  const style = "<style>body { font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }</style>";
  return `<!doctype html><meta charset="utf-8"><base target="_blank">${part === "html" ? "" : style}${body}`;
}

export const missingPage = (): string =>
  page("No such mail", `<h1>There is no such mail</h1><p><a href="/">All mails</a></p>`);

const timeOf = (at: string) =>
  new Date(at).toLocaleString("en-US", { dateStyle: "medium", timeStyle: "medium" });

const page = (title: string, body: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<title>${escapeHtml(title)} (local mailbox)</title><style>${STYLE}</style></head>
<body><header><strong>Local mailbox.</strong> These mails were sent to nobody.</header><main>${body}</main></body></html>`;

const STYLE = `
:root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #1a1f36; background: #f6f8fa; }
body { margin: 0; }
header { padding: .75rem 1rem; background: #fff3cd; color: #4d3800; text-align: center; border-bottom: 1px solid #e0c36a; }
main { max-width: 48rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
ul { list-style: none; margin: 0; padding: 0; }
li a { display: block; padding: .75rem; margin-bottom: .5rem; background: #fff; border: 1px solid #d5dbe1; border-radius: .5rem; color: inherit; text-decoration: none; overflow-wrap: anywhere; }
li a:hover strong { text-decoration: underline; }
li span, li time { display: block; color: #4f5b6b; }
a { color: #3d38c9; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; }
dt { color: #4f5b6b; } dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 70vh; box-sizing: border-box; background: #fff; border: 1px solid #d5dbe1; border-radius: .5rem; }
:focus-visible { outline: 3px solid #f0a500; outline-offset: 2px; }
`;
