import { z } from "zod";
import { CleanupAnswerSchema } from "@/contracts/cleanup";
import { HealthSchema, LivenessSchema } from "@/contracts/health";
import { SERVER_NOW } from "../examples";
import { ALWAYS, CHANGE, DATABASE, type Operation } from "../operation";

const common = { tag: "Housekeeping", cache: "personal" } as const;

const payments = {
  payments: { settled: 2, undone: 0, more: false },
  refunds: { done: 1, undone: 0, more: false },
  mails: { done: 3, undone: 0, more: false },
};
const sweepAnswers = {
  200: {
    description: "What the sweep did.",
    schema: CleanupAnswerSchema,
    examples: {
      swept: { serverNow: SERVER_NOW, expired: 12, units: 17, batches: 1, more: false, ...payments },
    },
  },
};
const sweep =
  "Marks lapsed holds expired, in bounded batches, until none are left or the time for one call is used up (`more`). Nothing waits for it: whoever needs lapsed units takes them. Then settles payments whose window is over with Stripe, asks it for the refunds that are due, and sends the e-mails of the outbox; what cannot be done now is counted as `undone` and tried again. While Stripe or the mail server hangs, a part ends after some seconds: its `more` says that the next call has to go on.";

const health = (status: "ok" | "unavailable") => ({
  schema: HealthSchema,
  examples: { [status]: { status, serverNow: SERVER_NOW, checks: { database: status, mail: "on" } } },
});

export const housekeeping: Operation[] = [
  {
    ...common,
    id: "cleanUpReservations",
    method: "post",
    path: "/api/stock/reservations/cleanup",
    summary: "Sweeps now, with the figures",
    description: sweep,
    caller: "admin_or_cron",
    answers: sweepAnswers,
    problems: [...CHANGE, "cron_secret_required", "sign_in_required", "admin_only"],
  },
  {
    ...common,
    id: "cronCleanUpReservations",
    method: "get",
    path: "/api/cron/cleanup-reservations",
    summary: "The sweep, for a scheduler",
    description: `${sweep} Takes the cron secret and nothing else; while none is set it refuses everybody.`,
    caller: "cron",
    answers: sweepAnswers,
    problems: [...DATABASE, "cron_secret_required"],
  },
  {
    ...common,
    id: "getHealth",
    method: "get",
    path: "/api/health",
    summary: "Whether the store can hold stock",
    caller: "anyone",
    answers: {
      200: { description: "It reaches its database.", ...health("ok") },
      503: { description: "It does not, for now.", ...health("unavailable") },
    },
    problems: ALWAYS,
  },
  {
    ...common,
    id: "getLiveness",
    method: "get",
    path: "/api/health/live",
    summary: "Whether this process answers, whatever its database does",
    caller: "anyone",
    answers: {
      200: {
        description: "It answers.",
        schema: LivenessSchema,
        examples: { live: { status: "ok", uptimeSeconds: 3600 } },
      },
    },
    problems: ALWAYS,
  },
  {
    ...common,
    id: "getOpenApiDocument",
    method: "get",
    path: "/api/openapi.json",
    summary: "This document",
    caller: "anyone",
    cache: "shared",
    answers: {
      200: {
        description: "OpenAPI 3.1, generated from the schemas by which the routes parse and answer.",
        schema: z.looseObject({ openapi: z.string(), info: z.looseObject({}), paths: z.looseObject({}) }),
        examples: {
          start: { openapi: "3.1.1", info: { title: "Holdfast", version: "1" }, paths: {} },
        },
      },
    },
    problems: ALWAYS,
  },
];
