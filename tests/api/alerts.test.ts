import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { ShopHealthSchema } from "@/contracts/health";
import { bodyOf, newGuest, problemOf, storeKeys } from "../support/api-client.ts";
import { mailbox } from "../support/stand-ins.ts";
import { newMember } from "./member.ts";
import { useSecondStore } from "./second-store.ts";
import { unknownId, useShopFloor } from "./shop-floor.ts";
import { bearer, signedIn } from "./wishes.ts";

const sql = useShopFloor();

/** Who takes alerts, and what it was told. */
type Told = { kind: string; subject: string; alertId: string; text: string };
const told: Told[] = [];
let isDown = false;
let receiver: Server;
const settings: Record<string, string> = { ALERT_EMAIL: "ops@shop.example" };

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (!isDown) told.push(JSON.parse(Buffer.concat(chunks).toString()) as Told);
    response.writeHead(isDown ? 500 : 204).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  settings.ALERT_WEBHOOK_URL = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});

const store = useSecondStore(settings, "alerting-store");
const cron = async () => {
  const guest = newGuest({ baseUrl: store.url });
  const headers = bearer(storeKeys().cronSecret);
  expect((await guest.send("GET", "/api/cron/cleanup-reservations", { headers })).status).toBe(200);
};

beforeEach(async () => {
  isDown = false;
  // What other tests gave rise to is not looked at here.
  await sql`select watch_low_stock()`;
  await sql`update alerts set told_at = now() where told_at is null`;
  told.length = 0;
});
afterEach(() => sql`update alerts set closed_at = now() where kind = 'test' and closed_at is null`);

test("an episode is told once, however many crons run at once and after one another, and the next one again", async () => {
  const episode = async () => {
    await sql`select private.open_alert('test', 'a shelf', '{}')`;
    await Promise.all(Array.from({ length: 6 }, cron));
    await cron();
  };
  const ofShelf = () => told.filter(({ subject }) => subject === "a shelf");
  await episode();
  expect(ofShelf()).toMatchObject([{ kind: "test", text: expect.stringContaining("test: a shelf") }]);
  await episode();
  expect(ofShelf()).toHaveLength(1);
  await sql`select private.close_alert('test', 'a shelf')`;
  await cron();
  await episode();
  expect(new Set(ofShelf().map(({ alertId }) => alertId)).size).toBe(2);
  expect(ofShelf()).toHaveLength(2);
});

test("what makes the shop ill is raised by the cron, told, and over when it is mended", async () => {
  const subject = unknownId();
  await sql`insert into alerts (kind, subject, attempts, claimed_until)
    values ('test', ${subject}, 3, now() + interval '1 hour')`;
  await cron();
  expect(told.filter(({ kind }) => kind === "alerts_untold")).toHaveLength(1);
  await cron();
  expect(told.filter(({ kind }) => kind === "alerts_untold")).toHaveLength(1);
  await sql`update alerts set closed_at = now() where subject = ${subject}`;
  await cron();
  const [row] =
    await sql`select count(*)::int as open from alerts where kind = 'alerts_untold' and closed_at is null`;
  expect(row?.open).toBe(0);
});

test("an alert reaches an address too, once, and by neither way twice when the other fails", async () => {
  const box = mailbox();
  const subject = unknownId();
  isDown = true;
  await sql`insert into alerts (kind, subject) values ('test', ${subject})`;
  await cron();
  isDown = false;
  await sql`update alerts set claimed_until = now() - interval '1 second' where subject = ${subject}`;
  await cron();
  await cron();
  expect(told.filter((one) => one.subject === subject)).toHaveLength(1);
  expect(await box.list({ subject: `test: ${subject}` })).toHaveLength(1);
});

test("what nobody took is told later, and the sweep is done all the same", async () => {
  isDown = true;
  const subject = unknownId();
  await sql`insert into alerts (kind, subject) values ('test', ${subject})`;
  await cron();
  await cron();
  const [tried] =
    await sql`select attempts, told, told_at, last_error from alerts where subject = ${subject}`;
  expect(tried).toEqual({ attempts: 1, told: ["email"], told_at: null, last_error: "webhook: Error" });
  isDown = false;
  await sql`update alerts set claimed_until = now() - interval '1 second' where subject = ${subject}`;
  await cron();
  expect(told.filter((one) => one.subject === subject)).toHaveLength(1);
});

test("a store without a way to tell leaves alerts for the admins", async () => {
  const subject = unknownId();
  await sql`insert into alerts (kind, subject) values ('test', ${subject})`;
  const headers = bearer(storeKeys().cronSecret);
  expect((await newGuest().send("GET", "/api/cron/cleanup-reservations", { headers })).status).toBe(200);
  const [row] = await sql`select attempts, told_at from alerts where subject = ${subject}`;
  expect(row).toEqual({ attempts: 0, told_at: null });
});

test("the admin's health says what is wrong and what to do, and a pager hears it from the status", async () => {
  const admin = signedIn(await newMember(sql, { isAdmin: true }));
  const before = bodyOf(await admin.get("/api/admin/health"), 200, ShopHealthSchema);
  expect(before.checks.find(({ name }) => name === "alerts_untold")?.level).toBe("ok");
  await sql`insert into alerts (kind, subject, attempts) values ('test', ${unknownId()}, 1)`;
  const after = bodyOf(await admin.get("/api/admin/health"), 200, ShopHealthSchema);
  expect(after.checks.find(({ name }) => name === "alerts_untold")).toMatchObject({
    level: "warning",
    recommendation: expect.stringContaining("ALERT_WEBHOOK_URL"),
  });
  expect(after.level).not.toBe("ok");
  const headers = bearer(storeKeys().cronSecret);
  const page = (query: string) => newGuest().send("GET", `/api/admin/health${query}`, { headers });
  problemOf(await page("?failOn=warning"), "shop_unwell");
  expect((await page("")).status).toBe(200);
  problemOf(await page("?failOn=nothing"), "validation_failed");
  problemOf(await newGuest().get("/api/admin/health"), "sign_in_required");
});
