import { type Check, type Finding, fine, graver, problem, warning } from "../check.ts";

export const mail: Check = {
  name: "mail",
  examine({ settings, isProduction }) {
    const { SMTP_URL: url, MAIL_FROM: from } = settings;
    if (!url)
      return [
        graver(
          false,
          "SMTP_URL is not set: mails stay in the outbox",
          isProduction ? "Set it to your mail service's smtps:// address." : "Fine for trying.",
        ),
      ];
    if (!/^smtps?:\/\//.test(url))
      return [problem("SMTP_URL is no address of a mail server", "It begins with smtps:// or smtp://.")];
    if (!from?.includes("@"))
      return [problem("MAIL_FROM names no sender", "For example: Shop <orders@shop.example>.")];
    return [fine("mails are sent")];
  },
};

export const alerts: Check = {
  name: "alerts",
  examine({ settings, isProduction }) {
    const { ALERT_WEBHOOK_URL: url, ALERT_EMAIL: email } = settings;
    const findings: Finding[] = [];
    if (url && !/^https:\/\//.test(url) && isProduction)
      findings.push(
        problem("ALERT_WEBHOOK_URL is not https", "Alerts name products and amounts: use https."),
      );
    if (url && !URL.canParse(url))
      findings.push(problem("ALERT_WEBHOOK_URL is no URL", "Correct it, or leave it out."));
    if (email && !email.includes("@"))
      findings.push(problem("ALERT_EMAIL is no e-mail address", "Correct it, or leave it out."));
    if (email && !settings.SMTP_URL)
      findings.push(problem("ALERT_EMAIL is set, and SMTP_URL is not: nothing is sent", "Set SMTP_URL too."));
    if (!url && !email && isProduction)
      findings.push(warning("nobody is told of alerts", "Set ALERT_WEBHOOK_URL or ALERT_EMAIL."));
    return findings.length > 0
      ? findings
      : [fine(url || email ? "alerts are told" : "none are told while trying")];
  },
};

export const proxyHeader: Check = {
  name: "proxy-header",
  examine({ settings, isProduction }) {
    const { TRUSTED_PROXY_HEADER: header, VERCEL: onVercel } = settings;
    if (header && !/^[a-zA-Z0-9-]+$/.test(header))
      return [problem("TRUSTED_PROXY_HEADER is no name of a header", "For example x-real-ip.")];
    if (!header && !onVercel && isProduction)
      return [
        warning(
          "TRUSTED_PROXY_HEADER is not set: outside of Vercel there are no limits per address",
          "Name the header that your own proxy overwrites, if there is one.",
        ),
      ];
    return [fine("as it should be")];
  },
};
