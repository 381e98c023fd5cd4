import { z } from "zod";
import { callFunction } from "../supabase/call-function";

const AnswerSchema = z.object({ erased: z.int(), more: z.boolean() });

/**
 * Forgets who an order was for, where the account was erased while the order had to be sent yet and it has been sent
 * since. Answers how many; bounded, so that a daily call ends. Safe to repeat.
 */
export async function eraseDueOrders(): Promise<number> {
  let erased = 0;
  for (let part = 0; part < 20; part++) {
    const answer = await callFunction("erase_due_orders", {}, AnswerSchema);
    erased += answer.erased;
    if (!answer.more) break;
  }
  return erased;
}
