import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { type AddressObject, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { connectMailbox, type Mail, type MailboxAddress, type MailboxClient } from "./client.ts";
import { createMailboxServer } from "./server.ts";

export type MailboxOptions = { smtpPort?: number; webPort?: number };

export type Mailbox = MailboxAddress & MailboxClient & { stop(): Promise<void> };

/** What the server shows and the SMTP side fills. */
export type Mails = {
  all: Mail[];
  /** How many of the next mails are refused, as a mail server does that is busy: all of them, or those to one address. */
  refusals: { times: number; to: string };
};

/** A mail server that keeps every mail it is given and sends none on, with a page to read them on. */
export async function startMailbox(options: MailboxOptions = {}): Promise<Mailbox> {
  const mails: Mails = { all: [], refusals: { times: 0, to: "" } };
  const smtp = createSmtp(mails);
  const web = createMailboxServer(mails);
  const host = "127.0.0.1";
  await Promise.all([
    new Promise<void>((resolve, reject) => {
      smtp.once("error", reject);
      smtp.listen(options.smtpPort ?? 0, host, resolve);
    }),
    new Promise<void>((resolve, reject) => {
      web.once("error", reject);
      web.listen(options.webPort ?? 0, host, resolve);
    }),
  ]);
  // A client that breaks off in the middle of a mail is no reason to end.
  smtp.on("error", () => {});
  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  const address = {
    url: `http://${host}:${portOf(web)}`,
    smtpUrl: `smtp://${host}:${portOf(smtp.server)}`,
  };
  return {
    ...address,
    ...connectMailbox(address),
    async stop() {
      web.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => web.close(() => resolve())),
        new Promise<void>((resolve) => smtp.close(() => resolve())),
      ]);
    },
  };
}

function createSmtp(mails: Mails): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    // Some clients want to say a name and a password, whatever they are.
    onAuth: (_, __, answer) => answer(null, { user: "anybody" }),
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    async onData(stream, session, answer) {
      try {
        const mail = await read(
          stream,
          session.envelope.rcptTo.map(({ address }) => address),
        );
        const { refusals } = mails;
        const isMeant =
          refusals.to === "" || session.envelope.rcptTo.some(({ address }) => address === refusals.to);
        if (refusals.times > 0 && isMeant) {
          refusals.times--;
          return answer(Object.assign(new Error("Too busy, try again later"), { responseCode: 451 }));
        }
        mails.all.push(mail);
        if (mails.all.length > 1_000) mails.all.shift();
        answer();
      } catch (error) {
        answer(error as Error);
      }
    },
  });
}

async function read(stream: Parameters<typeof simpleParser>[0], to: string[]): Promise<Mail> {
  const parsed = await simpleParser(stream);
  return {
    id: randomUUID(),
    at: new Date().toISOString(),
    from: parsed.from?.text ?? "",
    to,
    toText: textOf(parsed.to),
    subject: parsed.subject ?? "",
    text: parsed.text ?? "",
    textAsHtml: parsed.textAsHtml ?? "",
    html: parsed.html || null,
    messageId: parsed.messageId ?? null,
  };
}

const textOf = (to: AddressObject | AddressObject[] | undefined): string =>
  [to ?? []]
    .flat()
    .map(({ text }) => text)
    .join(", ");
