import { setTimeout as sleep } from "node:timers/promises";

/** A mail as it came. */
export type Mail = {
  id: string;
  /** ISO 8601, when it came. */
  at: string;
  from: string;
  /** To whom it was really sent. */
  to: string[];
  /** What its `To:` says. */
  toText: string;
  subject: string;
  text: string;
  /** The text with its addresses made links. */
  textAsHtml: string;
  html: string | null;
  messageId: string | null;
};

export type MailboxAddress = {
  /** The page of all mails, without a slash at the end. */
  url: string;
  smtpUrl: string;
};

export type Search = { to?: string; subject?: string };

export type MailboxClient = {
  /** The oldest first. `subject`: a part of it. */
  list(search?: Search): Promise<Mail[]>;
  /** Waits until there are so many (one when left out), and gives them; throws with what there is when they do not come. */
  wait(search: Search & { count?: number; timeoutMs?: number }): Promise<Mail[]>;
  clear(): Promise<void>;
  /** Answers the next mails (to this address, if one is named) that it is too busy, as real servers do now and then. */
  refuse(times: number, to?: string): Promise<void>;
};

/** A mailbox that runs somewhere else. */
export function connectMailbox({ url }: Pick<MailboxAddress, "url">): MailboxClient {
  const list = async (search: Search = {}): Promise<Mail[]> => {
    const query = new URLSearchParams(search);
    return (await fetch(`${url}/api/mails?${query}`)).json() as Promise<Mail[]>;
  };
  return {
    list,
    async wait({ count = 1, timeoutMs = 20_000, ...search }) {
      const until = Date.now() + timeoutMs;
      for (;;) {
        const found = await list(search);
        if (found.length >= count) return found;
        if (Date.now() > until) {
          const all = (await list()).slice(-10).map(({ to, subject }) => `${to.join(", ")}: ${subject}`);
          const what = JSON.stringify(search);
          throw new Error(
            `${found.length} of ${count} mails like ${what} came; the last are\n${all.join("\n")}`,
          );
        }
        await sleep(25);
      }
    },
    async clear() {
      await fetch(`${url}/api/mails`, { method: "DELETE" });
    },
    async refuse(times, to = "") {
      const query = new URLSearchParams({ times: String(times), to });
      await fetch(`${url}/api/refuse?${query}`, { method: "POST" });
    },
  };
}
