/** How the shop is, as figures of the database. Counts, and seconds where the name says so. */
export type HealthFigures = {
  sweepLagSeconds: number;
  /** Counted up to 10,000. */
  lapsedHolds: number;
  /** `null`: not looked for this time. */
  drift: number | null;
  endedLastHour: number;
  expiredLastHour: number;
  paymentsOverdue: number;
  paymentOverdueSeconds: number;
  paymentsProcessing: number;
  paymentProcessingSeconds: number;
  paymentsLastDay: number;
  paymentsWithoutEvent: number;
  /** Deliveries of this hour and the last that nobody proved to be Stripe's. */
  webhooksRefused: number;
  webhooksOfOtherMode: number;
  /** Signed by Stripe, and not answered 200. */
  webhooksFailed: number;
  mailsUnsent: number;
  mailUnsentSeconds: number;
  mailsFailed: number;
  refundsUndone: number;
  refundUndoneSeconds: number;
  refundsFailed: number;
  shortRefusals: number;
  limitRefusals: number;
  alertsUntold: number;
};

export const HEALTH_LEVELS = ["ok", "warning", "critical"] as const;
export type HealthLevel = (typeof HEALTH_LEVELS)[number];

/** One thing that is well or not. The names are the kinds of alerts, too. */
export type HealthCheck = {
  name: HealthCheckName;
  level: HealthLevel;
  /** What is, in words with figures. */
  says: string;
  /** What to do; `null` while all is well. */
  recommendation: string | null;
};

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Judgement = { level: HealthLevel; says: string; recommendation: string };
type Judge = (figures: HealthFigures) => Judgement | null;

const level = (isCritical: boolean, isWarning: boolean): HealthLevel =>
  isCritical ? "critical" : isWarning ? "warning" : "ok";

/** So long that people read it. */
export function durationWords(seconds: number): string {
  if (seconds < 2 * MINUTE) return `${seconds} s`;
  if (seconds < 2 * HOUR) return `${Math.round(seconds / MINUTE)} min`;
  return seconds < 2 * DAY ? `${Math.round(seconds / HOUR)} h` : `${Math.round(seconds / DAY)} days`;
}

const judges = {
  // Nobody waits for the sweep: lapsed holds cost room and make counters look fuller than they are, no more.
  sweep_lag: ({ sweepLagSeconds: lag, lapsedHolds: holds }) => ({
    level: level(lag > 2 * DAY || holds >= 10_000, lag > 15 * MINUTE && holds > 0),
    says:
      holds === 0
        ? "nothing is left to sweep"
        : `${holds} lapsed holds wait for the sweep, the first for ${durationWords(lag)}`,
    recommendation:
      "See that the scheduler calls GET /api/cron/cleanup-reservations and is answered 200; where it comes once a day, enable pg_cron. Buyers are served meanwhile.",
  }),
  expiry_rate: ({ endedLastHour: ended, expiredLastHour: expired }) => ({
    level: level(false, ended >= 50 && expired >= 0.9 * ended),
    says: `${expired} of ${ended} holds that ended in the last hour ran out`,
    recommendation:
      "Look at whether people can pay: the pay page, the webhook, the checkout's log. If they can, it may be hoarding: look at the refusals, and shorten hold_seconds for the product.",
  }),
  drift: ({ drift }) =>
    drift === null
      ? null
      : {
          level: level(drift > 0, false),
          says:
            drift === 0
              ? "counters, holds, orders and the ledger agree"
              : `${drift} findings of the consistency check`,
          recommendation:
            "Read the findings on the consistency page and run the repair as a dry run. If they come back, something writes past the functions: look into the trail.",
        },
  payments_stuck: (of) => ({
    level: level(
      of.paymentsOverdue > 0 && of.paymentOverdueSeconds > HOUR,
      (of.paymentsOverdue > 0 && of.paymentOverdueSeconds > 15 * MINUTE) ||
        (of.paymentsProcessing > 0 && of.paymentProcessingSeconds > 14 * DAY),
    ),
    says: `${of.paymentsOverdue} payments are open after their window, the first for ${durationWords(of.paymentOverdueSeconds)}; ${of.paymentsProcessing} are with a bank`,
    recommendation:
      "Their units stay pinned until Stripe is asked. See that the cron route runs and that Stripe answers (its status page, STRIPE_SECRET_KEY); a payment that is with a bank for weeks is settled in Stripe's dashboard.",
  }),
  webhooks_missing: ({ paymentsLastDay: paid, paymentsWithoutEvent: silent }) => ({
    level: level(silent >= 3 && silent === paid, silent > 0),
    says:
      silent === 0
        ? `an event of Stripe came for each of ${paid} payments of the last day`
        : `no event of Stripe came for ${silent} of ${paid} payments of the last day`,
    recommendation:
      "In Stripe under Developers, Webhooks, look at the deliveries: the address is {shop}/api/webhooks/stripe, and STRIPE_WEBHOOK_SECRET is that endpoint's signing secret. Orders are completed meanwhile by the shopper's return and by the sweep.",
  }),
  // Anybody can send what is refused, so no number of it wakes somebody up: payments without an event do.
  webhooks_failing: ({ webhooksRefused: refused, webhooksOfOtherMode: foreign, webhooksFailed: failed }) => ({
    level: level(failed >= 25, failed > 0 || foreign > 0 || refused >= 3),
    says: `of the deliveries to the webhook in the last two hours ${failed} failed, ${refused} were refused for their signature, ${foreign} for their mode`,
    recommendation:
      "Stripe repeats what failed for days: look for internal_error, payment_unavailable and database_unavailable in the log. Refused signatures: is STRIPE_WEBHOOK_SECRET this endpoint's, or does somebody play Stripe? Another mode: an endpoint of test mode leads to a live shop, or the other way round.",
  }),
  mails_stuck: (of) => ({
    level: level(
      of.mailsUnsent > 0 && of.mailUnsentSeconds > DAY,
      of.mailsUnsent > 0 && of.mailUnsentSeconds > 30 * MINUTE,
    ),
    says: `${of.mailsUnsent} mails wait, the first for ${durationWords(of.mailUnsentSeconds)}; ${of.mailsFailed} were tried in vain`,
    recommendation:
      "See that SMTP_URL and MAIL_FROM are set and that the mail service takes them; what waits is sent by the next sweep.",
  }),
  refunds_stuck: (of) => ({
    level: level(
      of.refundsFailed > 0 || (of.refundsUndone > 0 && of.refundUndoneSeconds > 10 * DAY),
      of.refundsUndone > 0 && of.refundUndoneSeconds > DAY,
    ),
    says: `${of.refundsUndone} refunds are not through, the first for ${durationWords(of.refundUndoneSeconds)}; ${of.refundsFailed} failed`,
    recommendation:
      "Look at each in Stripe's dashboard: a failed one may need another way to pay the shopper back, a balance or a card that is closed. Retry it from the order's page.",
  }),
  limits: ({ limitRefusals: limited, shortRefusals: short }) => ({
    level: level(false, limited >= 500 && limited > short),
    says: `${limited} requests met a limit in the last two hours, ${short} were short of stock`,
    recommendation:
      "Either somebody hoards, which the limits are for, or many shoppers seem to come from one address: see that TRUSTED_PROXY_HEADER names the right header, and raise the limits in the settings if not.",
  }),
  alerts_untold: ({ alertsUntold: untold }) => ({
    level: level(false, untold > 0),
    says:
      untold === 0 ? "every alert reached whom it should" : `${untold} alerts could not be told to anybody`,
    recommendation:
      "See that ALERT_WEBHOOK_URL answers with a 2xx and that ALERT_EMAIL can be mailed; telling is tried again.",
  }),
} as const satisfies Record<string, Judge>;

export type HealthCheckName = keyof typeof judges;
export const HEALTH_CHECKS = Object.keys(judges) as [HealthCheckName, ...HealthCheckName[]];

/** Every check that the figures allow, judged. */
export function judgeHealth(figures: HealthFigures): HealthCheck[] {
  return HEALTH_CHECKS.flatMap((name) => {
    const judgement = (judges[name] as Judge)(figures);
    if (judgement === null) return [];
    return [
      { name, ...judgement, recommendation: judgement.level === "ok" ? null : judgement.recommendation },
    ];
  });
}

/** The worst of all. */
export const worstLevel = (checks: { level: HealthLevel }[]): HealthLevel =>
  HEALTH_LEVELS.findLast((one) => checks.some((check) => check.level === one)) ?? "ok";
