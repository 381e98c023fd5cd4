import { z } from "zod";
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
