import { IdPathSchema } from "@/contracts/admin-common";
import {
  AdminHoldAnswerSchema,
  AdminHoldsQuerySchema,
  AdminHoldsSchema,
  AdminReleaseBodySchema,
  AdminReleasedSchema,
} from "@/contracts/admin-reservations";
import { RESERVATION_ID, SERVER_NOW } from "../examples";
import { ADMIN_ID, adminHold, SHOPPER_ID } from "../examples-admin";
import { ADMIN, ADMIN_CHANGE, KEY, type Operation, PAYING } from "../operation";

const common = { tag: "Admin", caller: "admin", cache: "personal" } as const;
const facts = { status: "active", quantity: 2, expiresAt: adminHold.expiresAt, shopperId: SHOPPER_ID };
const withdrawn = { ...adminHold, state: "released", endedAt: SERVER_NOW, isWithdrawn: true };

export const adminHolds: Operation[] = [
  {
    ...common,
    id: "listAllReservations",
    method: "get",
    path: "/api/admin/reservations",
    summary: "Everybody's holds, newest first",
    description:
      "By state, variant and shopper; 50 at once. `next` of the answer is `before` of the next request.",
    params: { query: AdminHoldsQuerySchema },
    answers: {
      200: {
        description: "A page of holds.",
        schema: AdminHoldsSchema,
        examples: { one: { serverNow: SERVER_NOW, reservations: [adminHold], next: null } },
      },
    },
    problems: [...ADMIN, "validation_failed"],
  },
  {
    ...common,
    id: "getReservation",
    method: "get",
    path: "/api/admin/reservations/{id}",
    summary: "One hold with its whole timeline",
    params: { path: IdPathSchema },
    answers: {
      200: {
        description: "The hold, and every change of it from the trail.",
        schema: AdminHoldAnswerSchema,
        examples: {
          withdrawn: {
            serverNow: SERVER_NOW,
            reservation: withdrawn,
            replacedBy: null,
            timeline: [
              {
                at: SERVER_NOW,
                actor: "admin",
                cause: "release",
                adminId: ADMIN_ID,
                reason: "Broken in the shop window",
                before: facts,
                after: { ...facts, status: "released" },
              },
            ],
          },
        },
      },
    },
    problems: [...ADMIN, "validation_failed", "reservation_not_found"],
  },
  {
    ...common,
    id: "releaseReservation",
    method: "post",
    path: "/api/admin/reservations/{id}/release",
    summary: "Takes a hold back, with a reason",
    description:
      "Its shopper is told that the shop withdrew it. One that is being paid has its payment ended first, at Stripe; where that was paid a moment ago, or the bank has it, it stays.",
    params: { path: IdPathSchema, header: KEY },
    body: { schema: AdminReleaseBodySchema, examples: { broken: { reason: "Broken in the shop window" } } },
    answers: {
      200: {
        description: "The hold, released.",
        schema: AdminReleasedSchema,
        examples: {
          released: { serverNow: SERVER_NOW, reservation: { ...withdrawn, reservationId: RESERVATION_ID } },
        },
      },
    },
    problems: [...ADMIN_CHANGE, "reservation_not_found", "reservation_ended", "payment_open", ...PAYING],
  },
];
