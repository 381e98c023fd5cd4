import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startOutside } from "../../local/outside.ts";
import { createStoppables, type Stoppables } from "../../local/stoppables.ts";
import { stripeAt } from "../support/stripe-target.ts";

let folder = "";
let stoppables: Stoppables;
const start = (set: Record<string, string>, reset = false) =>
  startOutside({ set, storePort: 3000, reset, folder }, stoppables);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-outside-"));
  stoppables = createStoppables({ watch: () => {}, dismiss: () => {} });
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await stoppables.stopAll();
  rmSync(folder, { recursive: true });
});

test("without settings both stand-ins start, and the store is told of them by these names alone", async () => {
  const { stripe, mailbox, environment } = await start({ STRIPE_SECRET_KEY: "", SMTP_URL: "" });
  expect(environment).toEqual({
    STRIPE_SECRET_KEY: stripe?.secretKey,
    STRIPE_WEBHOOK_SECRET: stripe?.webhookSecret,
    STRIPE_API_URL: stripe?.url,
    SMTP_URL: mailbox?.smtpUrl,
    MAIL_FROM: "Holdfast <shop@holdfast.test>",
  });
  expect(stripe?.secretKey).toMatch(/^sk_test_/);
  expect((await stripeAt(stripe ?? { url: "", secretKey: "" }).balance.retrieve()).livemode).toBe(false);
});

test("with Stripe's key, or a mail server, its stand-in stays off", async () => {
  const set = { STRIPE_SECRET_KEY: "sk_test_of_somebody", SMTP_URL: "smtp://mail.example:25" };
  expect(await start(set)).toEqual({ environment: {} });
  expect(existsSync(join(folder, "stripe.jsonl"))).toBe(false);
  const { SMTP_URL: _, ...stripeAlone } = set;
  expect(Object.keys((await start(stripeAlone)).environment)).toEqual(["SMTP_URL", "MAIL_FROM"]);
});

test("what was paid is forgotten with the rest of the data", async () => {
  const file = join(folder, "stripe.jsonl");
  writeFileSync(file, `${JSON.stringify(["refund", { id: "re_old", created: 1 }])}\n`);
  const kept = await start({});
  const list = ({ url = "", secretKey = "" }: { url?: string; secretKey?: string } = {}) =>
    stripeAt({ url, secretKey }).refunds.list();
  expect((await list(kept.stripe)).data).toHaveLength(1);
  const fresh = await start({}, true);
  expect((await list(fresh.stripe)).data).toHaveLength(0);
});
