import { type Check, type Finding, fine, problem, warning } from "../check.ts";

const where = "Stripe, Developers, API keys";

export const stripeKey: Check = {
  name: "stripe-key",
  examine({ settings, isProduction }) {
    const key = settings.STRIPE_SECRET_KEY ?? "";
    if (!key)
      return [problem("STRIPE_SECRET_KEY is not set: the store does not start", `Copy it from ${where}.`)];
    if (key.startsWith("pk_"))
      return [
        problem(
          "STRIPE_SECRET_KEY is a publishable key",
          `The secret one begins with sk_ or rk_ (${where}).`,
        ),
      ];
    const mode = /^(?:sk|rk)_(live|test)_/.exec(key)?.[1];
    if (!mode)
      return [
        problem("STRIPE_SECRET_KEY is no secret key of Stripe", `It begins with sk_ or rk_ (${where}).`),
      ];
    if (mode === "live" && !isProduction)
      return [
        problem(
          "STRIPE_SECRET_KEY is of live mode beside a database for trying: real money for nothing",
          "Use the test mode's key here.",
        ),
      ];
    if (mode === "test" && isProduction)
      return [
        warning(
          "STRIPE_SECRET_KEY is of test mode: orders are sold for no money",
          "Use the live mode's key once the shop is open.",
        ),
      ];
    return [fine(`is a secret key of ${mode} mode`)];
  },
};

export const stripeWebhook: Check = {
  name: "stripe-webhook-secret",
  examine({ settings }) {
    const secret = settings.STRIPE_WEBHOOK_SECRET ?? "";
    const advice =
      "Stripe, Developers, Webhooks: add {your shop}/api/webhooks/stripe, and copy its signing secret.";
    if (!secret) return [problem("STRIPE_WEBHOOK_SECRET is not set: the store does not start", advice)];
    if (!secret.startsWith("whsec_")) return [problem("STRIPE_WEBHOOK_SECRET is no signing secret", advice)];
    return [fine("is a signing secret")];
  },
};

export const stripeAddress: Check = {
  name: "stripe-address",
  examine({ settings, isProduction }) {
    const url = settings.STRIPE_API_URL;
    const finding: Finding =
      url && isProduction
        ? problem(
            "STRIPE_API_URL is set: payments go to a stand-in, or to somebody else",
            "Leave it out in production.",
          )
        : fine(url ? "a stand-in takes the money, as meant" : "payments go to Stripe");
    return [finding];
  },
};
