import { z } from "zod";
import { FindingSchema } from "./admin";
import { InstantSchema } from "./common";

/** `GET /api/admin/sweeps?before=` */
export const SweepsQuerySchema = z.strictObject({
  before: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "The id of a run")
    .transform(Number)
    .optional(),
});

export const SweepsSchema = z
  .object({
    serverNow: InstantSchema,
    /** The last one first. */
    runs: z.array(
      z.object({
        id: z.int().min(1),
        startedAt: InstantSchema,
        milliseconds: z.int().min(0),
        /** Holds that were marked expired, and the units that came back with them. */
        expired: z.int().min(0),
        units: z.int().min(0),
        /** There was more to do: another run followed, or was wanted. */
        more: z.boolean(),
      }),
    ),
    /** Passed as `before` it brings the following page; `null` at the end. */
    next: z.int().nullable(),
  })
  .meta({ id: "Sweeps" });
export type Sweeps = z.infer<typeof SweepsSchema>;

/** `POST /api/admin/consistency` */
export const RepairBodySchema = z.strictObject({ dryRun: z.boolean() });

export const RepairSchema = z
  .object({
    serverNow: InstantSchema,
    dryRun: z.boolean(),
    findings: z.array(
      FindingSchema.extend({
        /** `false` where only a person can decide, and always in a dry run. */
        repaired: z.boolean(),
      }).meta({ id: "RepairedFinding" }),
    ),
  })
  .meta({ id: "Repair" });
export type Repair = z.infer<typeof RepairSchema>;
