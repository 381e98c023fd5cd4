import { describe, expect, test } from "vitest";
import { HEALTH_CHECKS, type HealthFigures, judgeHealth, worstLevel } from "@/domain/shop-health";
import { alertWords } from "@/lib/operations/alert-words";

const well: HealthFigures = {
  sweepLagSeconds: 0,
  lapsedHolds: 0,
  drift: 0,
  endedLastHour: 100,
  expiredLastHour: 40,
  paymentsOverdue: 0,
  paymentOverdueSeconds: 0,
  paymentsProcessing: 0,
  paymentProcessingSeconds: 0,
  paymentsLastDay: 50,
  paymentsWithoutEvent: 0,
  webhooksRefused: 0,
  webhooksOfOtherMode: 0,
  webhooksFailed: 0,
  mailsUnsent: 0,
  mailUnsentSeconds: 0,
  mailsFailed: 0,
  refundsUndone: 0,
  refundUndoneSeconds: 0,
  refundsFailed: 0,
  shortRefusals: 300,
  limitRefusals: 10,
  alertsUntold: 0,
};

const levels = (figures: Partial<HealthFigures>) =>
  judgeHealth({ ...well, ...figures })
    .filter(({ level }) => level !== "ok")
    .map(({ name, level }) => `${name}: ${level}`);

test("a shop that is well has every check, and nothing to recommend", () => {
  const checks = judgeHealth(well);
  expect(checks.map(({ name }) => name)).toEqual(HEALTH_CHECKS);
  expect(checks.map(({ recommendation }) => recommendation)).toEqual(HEALTH_CHECKS.map(() => null));
  expect(worstLevel(checks)).toBe("ok");
});

describe("the level is", () => {
  test.each<[string, Partial<HealthFigures>]>([
    ["sweep_lag: warning", { sweepLagSeconds: 901, lapsedHolds: 1 }],
    ["sweep_lag: critical", { sweepLagSeconds: 172_801, lapsedHolds: 1 }],
    ["sweep_lag: critical", { sweepLagSeconds: 1, lapsedHolds: 10_000 }],
    ["expiry_rate: warning", { endedLastHour: 50, expiredLastHour: 45 }],
    ["drift: critical", { drift: 1 }],
    ["payments_stuck: warning", { paymentsOverdue: 1, paymentOverdueSeconds: 901 }],
    ["payments_stuck: critical", { paymentsOverdue: 1, paymentOverdueSeconds: 3_601 }],
    ["payments_stuck: warning", { paymentsProcessing: 1, paymentProcessingSeconds: 14 * 86_400 + 1 }],
    ["webhooks_missing: warning", { paymentsWithoutEvent: 1 }],
    ["webhooks_missing: critical", { paymentsLastDay: 3, paymentsWithoutEvent: 3 }],
    ["webhooks_failing: warning", { webhooksFailed: 1 }],
    ["webhooks_failing: warning", { webhooksFailed: 24 }],
    ["webhooks_failing: critical", { webhooksFailed: 25 }],
    ["webhooks_failing: warning", { webhooksOfOtherMode: 1 }],
    ["webhooks_failing: warning", { webhooksRefused: 3 }],
    ["webhooks_failing: warning", { webhooksRefused: 1_000_000 }],
    ["mails_stuck: warning", { mailsUnsent: 1, mailUnsentSeconds: 1_801 }],
    ["mails_stuck: critical", { mailsUnsent: 1, mailUnsentSeconds: 86_401 }],
    ["refunds_stuck: warning", { refundsUndone: 1, refundUndoneSeconds: 86_401 }],
    ["refunds_stuck: critical", { refundsUndone: 1, refundsFailed: 1 }],
    ["limits: warning", { limitRefusals: 500, shortRefusals: 499 }],
    ["alerts_untold: warning", { alertsUntold: 1 }],
  ])("%s", (finding, figures) => {
    expect(levels(figures)).toEqual([finding]);
    const [ill] = judgeHealth({ ...well, ...figures }).filter(({ level }) => level !== "ok");
    expect(ill?.recommendation, "it says what to do").toMatch(/\w{3,}.*\./);
  });

  test.each<Partial<HealthFigures>>([
    { sweepLagSeconds: 900, lapsedHolds: 50 },
    { endedLastHour: 49, expiredLastHour: 49 },
    { endedLastHour: 100, expiredLastHour: 89 },
    { paymentsOverdue: 3, paymentOverdueSeconds: 900 },
    { paymentsProcessing: 3, paymentProcessingSeconds: 86_400 },
    { webhooksRefused: 2 },
    { mailsUnsent: 9, mailUnsentSeconds: 1_800 },
    { refundsUndone: 9, refundUndoneSeconds: 86_400 },
    { limitRefusals: 499, shortRefusals: 0 },
    { limitRefusals: 5_000, shortRefusals: 5_000 },
  ])("ok for %j", (figures) => {
    expect(levels(figures)).toEqual([]);
  });
});

test("what was not looked for is no check", () => {
  expect(judgeHealth({ ...well, drift: null }).map(({ name }) => name)).not.toContain("drift");
});

test("the worst check is the shop's level", () => {
  expect(worstLevel(judgeHealth({ ...well, drift: 1, alertsUntold: 1 }))).toBe("critical");
  expect(worstLevel(judgeHealth({ ...well, alertsUntold: 1 }))).toBe("warning");
  expect(worstLevel([])).toBe("ok");
});

describe("an alert in words", () => {
  test.each<[string, string, unknown, RegExp, RegExp]>([
    ["low_stock", "id", { sku: "mug-1", available: 2 }, /^Low stock: mug-1$/, /^2 units are available/],
    [
      "drift",
      "shop",
      { level: "critical", says: "2 findings", recommendation: "Do this." },
      /^Critical: 2 findings$/,
      /^Do this\.$/,
    ],
    ["dispute", "p1", { amount: 3 }, /^dispute: p1$/, /dashboard/],
    ["unheard_of", "x", null, /^unheard of: x$/, /operations\.md/],
  ])("%s", (kind, subject, details, title, text) => {
    const words = alertWords(kind, subject, details);
    expect(words.title).toMatch(title);
    expect(words.text).toMatch(text);
  });
});
