import { z } from "zod";
import { IdPathSchema } from "@/contracts/admin-common";
import { RepairBodySchema, RepairSchema, SweepsSchema } from "@/contracts/admin-housekeeping";
import { OverviewSchema } from "@/contracts/admin-overview";
import { SettingsAnswerSchema, SettingsChangeSchema } from "@/contracts/admin-settings";
import { TimelineSchema } from "@/contracts/admin-timeline";
import { InstantSchema } from "@/contracts/common";
import { SERVER_NOW } from "../examples";
import { finding, overview, settings, timeline } from "../examples-admin";
import { ADMIN, ADMIN_CHANGE, KEY, type Operation } from "../operation";

const common = { tag: "Admin", caller: "admin", cache: "personal" } as const;
const settingsAnswer = {
  description: "The settings as they are now.",
  schema: SettingsAnswerSchema,
  examples: { settings: { serverNow: SERVER_NOW, settings } },
};

export const adminShop: Operation[] = [
  {
    ...common,
    id: "getOverview",
    method: "get",
    path: "/api/admin/overview",
    summary: "The figures and series of the admin's first page",
    params: {
      query: z.object({
        hours: z
          .int()
          .min(1)
          .max(720)
          .optional()
          .meta({ description: "How far back, 1 to 720 hours; 24 when left out." }),
      }),
    },
    answers: { 200: { description: "Figures.", schema: OverviewSchema, examples: { day: overview } } },
    problems: [...ADMIN, "validation_failed"],
  },
  {
    ...common,
    id: "getTimeline",
    method: "get",
    path: "/api/admin/variants/{id}/timeline",
    summary: "Why a variant could be had at an instant, or not",
    description: "What there was then, from ledger and trail, and what changed around it.",
    params: {
      path: IdPathSchema,
      query: z.object({
        at: InstantSchema.optional().meta({ description: "Now, when left out or ahead." }),
        minutes: z
          .int()
          .min(1)
          .max(1440)
          .optional()
          .meta({ description: "How far before and after; 60 when left out." }),
      }),
    },
    answers: { 200: { description: "The timeline.", schema: TimelineSchema, examples: { held: timeline } } },
    problems: [...ADMIN, "validation_failed", "variant_not_found"],
  },
  {
    ...common,
    id: "listSweeps",
    method: "get",
    path: "/api/admin/sweeps",
    summary: "Runs of the sweep, the last one first",
    params: { query: z.object({ before: z.int().min(1).optional() }) },
    answers: {
      200: {
        description: "A page of 50.",
        schema: SweepsSchema,
        examples: {
          one: {
            serverNow: SERVER_NOW,
            runs: [{ id: 7, startedAt: SERVER_NOW, milliseconds: 12, expired: 3, units: 4, more: false }],
            next: null,
          },
        },
      },
    },
    problems: [...ADMIN, "validation_failed"],
  },
  {
    ...common,
    id: "repairConsistency",
    method: "post",
    path: "/api/admin/consistency",
    summary: "Mends the drifts that can be mended",
    description: "A dry run changes nothing. What only a person can decide is left, with `repaired: false`.",
    params: { header: KEY },
    body: { schema: RepairBodySchema, examples: { look: { dryRun: true }, mend: { dryRun: false } } },
    answers: {
      200: {
        description: "The findings, each with what became of it.",
        schema: RepairSchema,
        examples: {
          mended: { serverNow: SERVER_NOW, dryRun: false, findings: [{ ...finding, repaired: true }] },
        },
      },
    },
    problems: ADMIN_CHANGE,
  },
  {
    ...common,
    id: "getSettings",
    method: "get",
    path: "/api/admin/settings",
    summary: "The durations and caps of the store",
    answers: { 200: settingsAnswer },
    problems: ADMIN,
  },
  {
    ...common,
    id: "updateSettings",
    method: "put",
    path: "/api/admin/settings",
    summary: "Changes durations and caps",
    description: "What is left out stays. Holds keep what applied when they were made.",
    params: { header: KEY },
    body: { schema: SettingsChangeSchema, examples: { longer: { holdSeconds: 1200 } } },
    answers: { 200: settingsAnswer },
    problems: ADMIN_CHANGE,
  },
];
