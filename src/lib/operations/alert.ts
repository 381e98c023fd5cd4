import { z } from "zod";
import { IdSchema, InstantSchema } from "@/contracts/common";

/** An open alert that somebody is to be told of. */
export const AlertSchema = z.object({
  alertId: IdSchema,
  kind: z.string(),
  subject: z.string(),
  details: z.unknown(),
  openedAt: InstantSchema,
  /** The ways by which it was told already. */
  told: z.array(z.string()),
});
export type Alert = z.infer<typeof AlertSchema>;
