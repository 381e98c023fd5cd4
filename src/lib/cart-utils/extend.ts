import { z } from "zod";
import { InstantSchema } from "@/contracts/common";
import type { HoldAnswer } from "@/contracts/reservations";
import type { Result } from "@/domain/outcomes";
import type { RequestKey } from "../idempotency";
import { changeHolds } from "./change-holds";
import { toRefusal } from "./pause";
import { ExtensionSchema } from "./sql-answers";

const AnswerSchema = z.object({ serverNow: InstantSchema, answers: z.tuple([ExtensionSchema]) });

/** Gives a hold more time. A lapsed one is taken again where its units are free, never revived. Idempotent. */
export async function extend(
  shopperId: string,
  reservationId: string,
  key?: RequestKey,
): Promise<Result<HoldAnswer>> {
  const { serverNow, answers } = await changeHolds(
    "extend_reservations",
    { p_shopper_id: shopperId, p_reservation_ids: [reservationId] },
    AnswerSchema,
    key,
  );
  const [answer] = answers;
  switch (answer.outcome) {
    case "extended":
    case "held_again": {
      const { outcome, reservation, replacesId } = answer;
      return { ok: true, value: { serverNow, outcome, reservation, replacesId } };
    }
    case "expired": {
      const { available = 0, requested = 0, shortfall = requested, nextReleaseAt = null, limit } = answer;
      if (limit) {
        // Not the stock but a limit keeps the units from being held again: it would be wrong to say they are gone.
        const refused = { outcome: "limit_reached", requested, shortfall, limit } as const;
        return { ok: false, serverNow, refusal: await toRefusal(shopperId, refused) };
      }
      const refusal = { code: "hold_expired", available, requested, shortfall, nextReleaseAt } as const;
      return { ok: false, serverNow, refusal };
    }
    default:
      return { ok: false, serverNow, refusal: { code: answer.outcome } };
  }
}
