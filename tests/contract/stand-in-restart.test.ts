import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type StripeStandIn, startStripeStandIn } from "../../local/stripe/stand-in.ts";
import { aSession, stripeAt } from "../support/stripe-target.ts";
import { useWebhookCatcher } from "../support/webhook-catcher.ts";

// `npm run dev` may be stopped while somebody pays.

const catcher = useWebhookCatcher();
let folder = "";
let running: StripeStandIn | undefined;
const start = async (more: object = {}) => {
  running = await startStripeStandIn({ file: join(folder, "stripe.jsonl"), backoff: [5], ...more });
  return { ...running, stripe: stripeAt(running) };
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-stripe-"));
});
afterEach(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true });
});

test("sessions, payments, refunds and keys are there again", async () => {
  const before = await start();
  const params = aSession();
  const open = await before.stripe.checkout.sessions.create(params, { idempotencyKey: "one" });
  const { id } = await before.stripe.checkout.sessions.create(aSession());
  const { payment_intent: intent } = await before.controls.pay({ session: id, outcome: "success" });
  await before.stripe.refunds.create({ payment_intent: String(intent), amount: 250 });
  await before.stop();
  // Killed in the middle of a line.
  appendFileSync(join(folder, "stripe.jsonl"), '["session", {"id": "cs_te');

  const { stripe, controls } = await start();
  expect((await stripe.checkout.sessions.create(params, { idempotencyKey: "one" })).id).toBe(open.id);
  expect((await stripe.checkout.sessions.retrieve(id)).payment_status).toBe("paid");
  expect((await stripe.refunds.list({ payment_intent: String(intent) })).data).toHaveLength(1);
  expect(await controls.pay({ session: open.id, outcome: "success" })).toMatchObject({
    payment_status: "paid",
  });
});

test("what nobody acknowledged is delivered by the next run", async () => {
  const before = await start({ webhookUrl: "http://127.0.0.1:9/nobody" });
  const { id } = await before.stripe.checkout.sessions.create(aSession());
  await before.stripe.checkout.sessions.expire(id);
  await before.stop();
  const { controls } = await start({ webhookUrl: catcher.url() });
  expect(await controls.delivered()).toEqual({ pending: 0 });
  expect(catcher.types()).toEqual(["checkout.session.expired"]);
});
