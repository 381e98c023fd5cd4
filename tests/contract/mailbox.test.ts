import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Mailbox, startMailbox } from "../../local/mailbox/mailbox.ts";

let mailbox: Mailbox;
beforeAll(async () => {
  mailbox = await startMailbox();
});
beforeEach(() => mailbox.clear());
afterAll(() => mailbox.stop());

/** Says a mail line by line, as every client does; answers the last code. */
async function send(to: string[], content: string): Promise<number> {
  const { hostname, port } = new URL(mailbox.smtpUrl);
  const socket = createConnection({ host: hostname, port: Number(port) });
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const answer = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error("the mailbox hung up");
      if (value[3] === " ") return Number(value.slice(0, 3));
    }
  };
  const say = (line: string) => {
    socket.write(`${line}\r\n`);
    return answer();
  };
  await answer();
  await say("EHLO test");
  await say("MAIL FROM:<shop@holdfast.test>");
  for (const address of to) await say(`RCPT TO:<${address}>`);
  await say("DATA");
  const code = await say(`${content}\r\n.`);
  socket.end();
  return code;
}

const plain = (subject: string, text = "Come to https://store.example/orders/1 to see it.") =>
  ["From: Shop <shop@holdfast.test>", "To: ada@example.com", `Subject: ${subject}`, "", text].join("\r\n");

const page = (subject: string, html: string) =>
  [
    "From: shop@holdfast.test",
    `Subject: ${subject}`,
    "Content-Type: text/html; charset=utf-8",
    "",
    html,
  ].join("\r\n");

test("keeps every mail, to be found by whom it is for and what it is about", async () => {
  expect(await send(["ada@example.com"], plain("Your order HF-1"))).toBe(250);
  expect(await send(["vera@example.com", "ada@example.com"], plain("Shipped"))).toBe(250);
  expect((await mailbox.list()).map(({ subject }) => subject)).toEqual(["Your order HF-1", "Shipped"]);
  expect((await mailbox.list({ to: "VERA@example.com" })).map(({ subject }) => subject)).toEqual(["Shipped"]);
  const [mail] = await mailbox.wait({ to: "ada@example.com", subject: "HF-1" });
  expect(mail).toMatchObject({ to: ["ada@example.com"], from: '"Shop" <shop@holdfast.test>', html: null });
  expect(mail?.text).toContain("https://store.example/orders/1");
  await mailbox.clear();
  expect(await mailbox.list()).toEqual([]);
});

test("waits for what is to come, and says what came instead", async () => {
  const waiting = mailbox.wait({ to: "ada@example.com", count: 2 });
  await send(["ada@example.com"], plain("one"));
  await send(["ada@example.com"], plain("two"));
  expect(await waiting).toHaveLength(2);
  await expect(mailbox.wait({ to: "nobody@example.com", timeoutMs: 1 })).rejects.toThrow(
    "ada@example.com: two",
  );
});

test("refuses as a busy server does, for as many mails as a test wants", async () => {
  await mailbox.refuse(1);
  expect(await send(["ada@example.com"], plain("first try"))).toBe(451);
  expect(await send(["ada@example.com"], plain("second try"))).toBe(250);
  expect(await mailbox.list()).toHaveLength(1);
});

test("shows mails as text of strangers, links open beside it", async () => {
  await send(["ada@example.com"], plain("<b>bold</b>"));
  const [mail] = await mailbox.list();
  const list = await (await fetch(mailbox.url)).text();
  expect(list).toContain("&lt;b&gt;bold");
  expect(list).not.toContain("<b>");
  const content = await (await fetch(`${mailbox.url}/mails/${mail?.id}/text`)).text();
  expect(content).toContain('<base target="_blank">');
  expect(content).toContain('href="https://store.example/orders/1"');
});

test("lets a page in a mail run nothing", async () => {
  await send(["ada@example.com"], page("A page", "<h1>Hello</h1><script>alert(1)</script>"));
  const [mail] = await mailbox.list();
  const frame = await (await fetch(`${mailbox.url}/mails/${mail?.id}`)).text();
  expect(frame).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
  const answer = await fetch(`${mailbox.url}/mails/${mail?.id}/html`);
  expect(answer.headers.get("content-security-policy")).toMatch(/^sandbox allow-popups.*default-src 'none'/);
  expect(await answer.text()).toContain("<h1>Hello</h1>");
  expect((await fetch(`${mailbox.url}/mails/none`)).status).toBe(404);
});
