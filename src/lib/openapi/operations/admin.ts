import { z } from "zod";
import { ConsistencySchema, StatisticsSchema, StockHealthSchema } from "@/contracts/admin";
import { SERVER_NOW, VARIANT_ID } from "../examples";
import { ADMIN, type Operation } from "../operation";

const common = { method: "get", tag: "Housekeeping", caller: "admin", cache: "personal" } as const;

export const admin: Operation[] = [
  {
    ...common,
    id: "getStatistics",
    path: "/api/admin/statistics",
    summary: "What became of the holds of the last hours",
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
    answers: {
      200: {
        description: "Holds by what became of them, how long they were kept, and what was refused.",
        schema: StatisticsSchema,
        examples: {
          day: {
            serverNow: SERVER_NOW,
            since: "2026-11-21T09:00:00.000000+00:00",
            made: 420,
            confirmed: 130,
            released: 95,
            expired: 170,
            active: 20,
            paying: 5,
            heldSecondsMedian: 512.4,
            heldSecondsP90: 900,
            refusals: { insufficient_stock: { requests: 60, units: 75 } },
          },
        },
      },
    },
    problems: [...ADMIN, "validation_failed"],
  },
  {
    ...common,
    id: "getStockHealth",
    path: "/api/admin/stock-health",
    summary: "Whether the stock is well, in figures",
    answers: {
      200: {
        description: "Stock levels, what the sweep has left, and how many drifts there are.",
        schema: StockHealthSchema,
        examples: {
          well: {
            serverNow: SERVER_NOW,
            levels: 10,
            soldOut: 1,
            lowStock: 2,
            lapsedHolds: 0,
            oldestLapsedSeconds: null,
            lastSweepAt: SERVER_NOW,
            drift: 0,
          },
        },
      },
    },
    problems: ADMIN,
  },
  {
    ...common,
    id: "checkConsistency",
    path: "/api/admin/consistency",
    summary: "Every drift between counters, holds, shoppers and the ledger",
    description: "Empty when all is well. Mends nothing.",
    answers: {
      200: {
        description: "The findings.",
        schema: ConsistencySchema,
        examples: {
          well: { findings: [] },
          drift: {
            findings: [
              {
                kind: "reserved_drift",
                variantId: VARIANT_ID,
                locationId: "c0000000-0000-4000-8000-000000000001",
                reservationId: null,
                expected: "2",
                found: "3",
              },
            ],
          },
        },
      },
    },
    problems: ADMIN,
  },
];
