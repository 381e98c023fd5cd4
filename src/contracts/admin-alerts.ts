import { z } from "zod";
import { IdSchema, InstantSchema } from "./common";

/** What a person has to look at, newest first. */
export const OpenAlertsSchema = z.object({
  serverNow: InstantSchema,
  alerts: z.array(
    z.object({
      id: IdSchema,
      kind: z.string(),
      /** What it is about: an id, as the kind says of what. */
      subject: z.string(),
      details: z.record(z.string(), z.unknown()),
      openedAt: InstantSchema,
    }),
  ),
});
export type OpenAlert = z.infer<typeof OpenAlertsSchema>["alerts"][number];
