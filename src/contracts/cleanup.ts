import { z } from "zod";
import { InstantSchema } from "./common";

/** The sweep's first half: lapsed holds. */
const HoldSweepSchema = z.object({
  serverNow: InstantSchema,
  /** Lapsed holds that were marked `expired`. */
  expired: z.int().min(0),
  /** Units of stock that came back with them. */
  units: z.int().min(0),
  /** Bounded batches that it took, one transaction each. */
  batches: z.int().min(1),
  /** The time for one call was used up: call again. */
  more: z.boolean(),
});
export type HoldSweep = z.infer<typeof HoldSweepSchema>;

/** The time was over before nothing was left; the next call goes on. */
const more = z.boolean();
const WorkedOffSchema = z.object({ done: z.int().min(0), undone: z.int().min(0), more });

/** The sweep's second half. What is undone stays on its list and is tried again. */
const PaymentSweepSchema = z.object({
  /** Payments whose window was over, settled with Stripe. */
  payments: z.object({ settled: z.int().min(0), undone: z.int().min(0), more }),
  refunds: WorkedOffSchema,
  mails: WorkedOffSchema,
});
export type PaymentSweep = z.infer<typeof PaymentSweepSchema>;

/** `POST /api/stock/reservations/cleanup` and `GET /api/cron/cleanup-reservations`: what the sweep did. */
export const CleanupAnswerSchema = HoldSweepSchema.extend(PaymentSweepSchema.shape).meta({
  id: "CleanupAnswer",
});
export type CleanupAnswer = z.infer<typeof CleanupAnswerSchema>;
