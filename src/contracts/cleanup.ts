import { z } from "zod";
import { InstantSchema } from "./common";

/** `POST /api/stock/reservations/cleanup` and `GET /api/cron/cleanup-reservations`: what the sweep did. */
export const CleanupAnswerSchema = z
  .object({
    serverNow: InstantSchema,
    /** Lapsed holds that were marked `expired`. */
    expired: z.int().min(0),
    /** Units of stock that came back with them. */
    units: z.int().min(0),
    /** Bounded batches that it took, one transaction each. */
    batches: z.int().min(1),
    /** The time for one call was used up: call again. */
    more: z.boolean(),
  })
  .meta({ id: "CleanupAnswer" });
export type CleanupAnswer = z.infer<typeof CleanupAnswerSchema>;
