import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { type Mailbox, startMailbox } from "./mailbox/mailbox.ts";
import { stateDir } from "./paths.ts";
import { portNear } from "./ports.ts";
import { step } from "./progress.ts";
import type { Stoppables } from "./stoppables.ts";
import type { StandInAddress } from "./stripe/client.ts";
import { type StripeStandIn, startStripeStandIn } from "./stripe/stand-in.ts";

/** The services of others that a shop needs, or what stands in for them. */
export type Outside = { stripe?: StripeStandIn; mailbox?: Mailbox; environment: Environment };

/** What the store has to know of them. With the real ones it comes from whoever runs it. */
export function outsideEnvironment(
  stripe: StandInAddress | undefined,
  mailbox: { smtpUrl: string } | undefined,
): Environment {
  return {
    ...(stripe && {
      STRIPE_SECRET_KEY: stripe.secretKey,
      STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
      STRIPE_API_URL: stripe.url,
    }),
    ...(mailbox && { SMTP_URL: mailbox.smtpUrl, MAIL_FROM: "Holdfast <shop@holdfast.test>" }),
  };
}

/** Where a store is told what happened at Stripe. Next listens on this address alone. */
export const webhookUrl = (storePort: number): string => `http://127.0.0.1:${storePort}/api/webhooks/stripe`;

/** For `npm run dev`: each of them unless `set` names a real one. Sessions and payments survive a restart. */
export async function startOutside(
  {
    set,
    storePort,
    reset,
    folder = stateDir,
  }: { set: Environment; storePort: number; reset: boolean; folder?: string },
  stoppables: Stoppables,
): Promise<Outside> {
  const outside: Outside = { environment: {} };
  if (!set.STRIPE_SECRET_KEY) {
    const file = join(folder, "stripe.jsonl");
    if (reset) rmSync(file, { force: true });
    outside.stripe = await step("Stripe stand-in", async (say) => {
      const started = await startStripeStandIn({
        port: await portNear(12111),
        webhookUrl: webhookUrl(storePort),
        file,
      });
      say(`pay page and API on ${started.url}`);
      return started;
    });
    stoppables.add(outside.stripe.stop);
  }
  if (!set.SMTP_URL) {
    outside.mailbox = await step("Mailbox", async (say) => {
      const started = await startMailbox({
        webPort: await portNear(54324),
        smtpPort: await portNear(54345),
      });
      say(started.url);
      return started;
    });
    stoppables.add(outside.mailbox.stop);
  }
  outside.environment = outsideEnvironment(outside.stripe, outside.mailbox);
  return outside;
}

/** For tests: both, on free ports and in memory. What fails to be delivered is delivered again within milliseconds. */
export async function startTestOutside(
  storePort: number,
  stoppables: Stoppables,
): Promise<Required<Outside>> {
  const backoff = [20, 50, 100, 200, 500];
  const stripe = await startStripeStandIn({ webhookUrl: webhookUrl(storePort), backoff });
  stoppables.add(stripe.stop);
  const mailbox = await startMailbox();
  stoppables.add(mailbox.stop);
  return { stripe, mailbox, environment: outsideEnvironment(stripe, mailbox) };
}
