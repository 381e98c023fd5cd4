import { inject } from "vitest";
import type { Environment } from "../../local/environment.ts";
import { connectMailbox, type MailboxClient } from "../../local/mailbox/client.ts";
import { outsideEnvironment } from "../../local/outside.ts";
import { type Controls, connectStripeStandIn } from "../../local/stripe/client.ts";
import { stripeAt } from "./stripe-target.ts";

// The stand-ins of this run, which every store of the suites `api` and `e2e` asks, for the test files: they run in other
// processes and reach them over HTTP.

/** Pays, declines, expires, holds events back, makes calls fail: local/stripe/controls.ts says what there is. */
export const stripeControls = (): Controls => connectStripeStandIn(inject("stripeStandIn"));

/** The official package, for a look at what Stripe knows. */
export const stripeOfRun = () => stripeAt(inject("stripeStandIn"));

/** The secret by which events are signed, for tests that sign their own. */
export const webhookSecret = (): string => inject("stripeStandIn").webhookSecret;

/** Every mail that a store of this run sent. */
export const mailbox = (): MailboxClient => connectMailbox(inject("mailbox"));

/** What another store needs to ask the same stand-ins. */
export const standInEnvironment = (): Environment =>
  outsideEnvironment(inject("stripeStandIn"), inject("mailbox"));
