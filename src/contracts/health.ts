import { z } from "zod";
import { HEALTH_CHECKS, HEALTH_LEVELS } from "@/domain/shop-health";
import { InstantSchema } from "./common";

/** `GET /api/health`: 200 when the store can hold stock, else 503 with the same shape. */
export const HealthSchema = z
  .object({
    status: z.enum(["ok", "unavailable"]),
    serverNow: InstantSchema,
    checks: z.object({
      database: z.enum(["ok", "unavailable"]),
      /** `off`: no mail server is set, so e-mails stay in the outbox. */
      mail: z.enum(["on", "off"]),
    }),
  })
  .meta({ id: "Health" });
export type Health = z.infer<typeof HealthSchema>;

/** `GET /api/health/live`: the process answers. A host that restarts what is not live asks here, not above. */
export const LivenessSchema = z
  .object({ status: z.literal("ok"), uptimeSeconds: z.int().min(0) })
  .meta({ id: "Liveness" });
export type Liveness = z.infer<typeof LivenessSchema>;

const Count = z.int().min(0);

/** The figures by which a shop is well or not; the SQL function shop_health says what each counts. */
export const HealthFiguresSchema = z
  .object({
    sweepLagSeconds: Count,
    lapsedHolds: Count,
    lastSweepAt: InstantSchema.nullable(),
    drift: Count.nullable(),
    endedLastHour: Count,
    expiredLastHour: Count,
    paymentsOverdue: Count,
    paymentOverdueSeconds: Count,
    paymentsProcessing: Count,
    paymentProcessingSeconds: Count,
    paymentsLastDay: Count,
    paymentsWithoutEvent: Count,
    webhooksRefused: Count,
    webhooksOfOtherMode: Count,
    webhooksFailed: Count,
    mailsUnsent: Count,
    mailUnsentSeconds: Count,
    mailsFailed: Count,
    refundsUndone: Count,
    refundUndoneSeconds: Count,
    refundsFailed: Count,
    shortRefusals: Count,
    limitRefusals: Count,
    alertsOpen: Count,
    alertsUntold: Count,
  })
  .meta({ id: "HealthFigures" });

const LevelSchema = z.enum(HEALTH_LEVELS);

/** `GET /api/admin/health?failOn=critical`: with `failOn` the answer is a problem from that level on, for a pager. */
export const ShopHealthQuerySchema = z.strictObject({ failOn: z.enum(["warning", "critical"]).optional() });

/** `GET /api/admin/health` */
export const ShopHealthSchema = z
  .object({
    serverNow: InstantSchema,
    /** The worst of the checks. */
    level: LevelSchema,
    checks: z.array(
      z.object({
        name: z.enum(HEALTH_CHECKS),
        level: LevelSchema,
        /** What is, in words. */
        says: z.string(),
        /** What to do; `null` while it is well. */
        recommendation: z.string().nullable(),
      }),
    ),
    figures: HealthFiguresSchema,
  })
  .meta({ id: "ShopHealth" });
export type ShopHealth = z.infer<typeof ShopHealthSchema>;
