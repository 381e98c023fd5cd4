import { z } from "zod";
import { InstantSchema } from "@/contracts/common";
import type { HoldAnswer } from "@/contracts/reservations";
import type { Result } from "@/domain/outcomes";
import type { RequestKey } from "../idempotency";
import { changeHolds } from "./change-holds";
import { toRefusal } from "./pause";
import { LineAnswerSchema } from "./sql-answers";

const AnswerSchema = z.intersection(z.object({ serverNow: InstantSchema }), LineAnswerSchema);

/** Sets a hold to a quantity: all of it or a refusal. A lapsed hold is taken again as a new one. Idempotent. */
export async function setQuantity(
  shopperId: string,
  reservationId: string,
  quantity: number,
  key?: RequestKey,
): Promise<Result<HoldAnswer>> {
  const answer = await changeHolds(
    "set_reservation_quantity",
    { p_shopper_id: shopperId, p_reservation_id: reservationId, p_quantity: quantity },
    AnswerSchema,
    key,
  );
  const { serverNow, ...line } = answer;
  if (line.outcome !== "held") return { ok: false, serverNow, refusal: await toRefusal(shopperId, line) };
  const { reservation, replacesId } = line;
  const outcome = replacesId ? "held_again" : "quantity_set";
  return { ok: true, value: { serverNow, outcome, reservation, replacesId } };
}
