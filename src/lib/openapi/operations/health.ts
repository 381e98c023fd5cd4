import { z } from "zod";
import { ShopHealthSchema } from "@/contracts/health";
import { SERVER_NOW } from "../examples";
import { type Operation, SHOPPER } from "../operation";

const figures = {
  sweepLagSeconds: 0,
  lapsedHolds: 0,
  lastSweepAt: SERVER_NOW,
  drift: 0,
  endedLastHour: 120,
  expiredLastHour: 40,
  paymentsOverdue: 0,
  paymentOverdueSeconds: 0,
  paymentsProcessing: 0,
  paymentProcessingSeconds: 0,
  paymentsLastDay: 60,
  paymentsWithoutEvent: 0,
  webhooksRefused: 1,
  webhooksOfOtherMode: 0,
  webhooksFailed: 0,
  mailsUnsent: 0,
  mailUnsentSeconds: 0,
  mailsFailed: 0,
  refundsUndone: 0,
  refundUndoneSeconds: 0,
  refundsFailed: 0,
  shortRefusals: 12,
  limitRefusals: 0,
  alertsOpen: 1,
  alertsUntold: 0,
};

const says = "nothing is left to sweep";
const wellShop = {
  serverNow: SERVER_NOW,
  level: "ok",
  checks: [{ name: "sweep_lag", level: "ok", says, recommendation: null }],
  figures,
};
const illShop = {
  serverNow: SERVER_NOW,
  level: "critical",
  checks: [
    {
      name: "drift",
      level: "critical",
      says: "2 findings of the consistency check",
      recommendation: "Read the findings on the consistency page and run the repair as a dry run.",
    },
  ],
  figures: { ...figures, drift: 2 },
};

export const health: Operation[] = [
  {
    id: "getShopHealth",
    method: "get",
    path: "/api/admin/health",
    tag: "Housekeeping",
    summary: "Whether the shop is well, and what to do where it is not",
    description:
      "Judged figures: sweep, holds that run out, drift, payments, webhooks, mails, refunds, limits, alerts. A pager shows the cron secret and `failOn`, and need not read the body.",
    caller: "admin_or_cron",
    cache: "personal",
    params: {
      query: z.object({
        failOn: z
          .enum(["warning", "critical"])
          .optional()
          .meta({ description: "From this level on the answer is 503 shop_unwell; without it always 200." }),
      }),
    },
    answers: {
      200: {
        description: "The checks.",
        schema: ShopHealthSchema,
        examples: { well: wellShop, ill: illShop },
      },
    },
    problems: [
      ...SHOPPER,
      "cron_secret_required",
      "sign_in_required",
      "admin_only",
      "validation_failed",
      "shop_unwell",
    ],
  },
];
