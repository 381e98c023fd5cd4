import { createTransport, type Transporter } from "nodemailer";
import { env } from "../env";

/** A mail server that says nothing for so long is down, for this time. */
const TIMEOUT_MS = 8_000;

export type Mail = {
  /** The same for each time that it is sent. */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
};

let transport: Transporter | undefined;

/** Whether SMTP_URL is set; without it no e-mail leaves the store. */
export const isMailOn = (): boolean => Boolean(env().SMTP_URL);

/** Hands an e-mail to the mail server. Throws where it is not taken. */
export async function sendMail({ id, ...mail }: Mail): Promise<void> {
  const { SMTP_URL: url = "", MAIL_FROM: from = "" } = env();
  transport ??= createTransport({
    url,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // What a mail says comes from us: nothing in it may make the store read a file or ask an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  await transport.sendMail({ from, ...mail, messageId: `<${id}@holdfast>` });
}
