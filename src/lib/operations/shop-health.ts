import { InstantSchema } from "@/contracts/common";
import { HealthFiguresSchema, type ShopHealth } from "@/contracts/health";
import { judgeHealth, worstLevel } from "@/domain/shop-health";
import { callFunction } from "../supabase/call-function";

const AnswerSchema = HealthFiguresSchema.extend({ serverNow: InstantSchema });

/**
 * Whether the shop is well, judged, with what to do where it is not. Looking for drift reads every hold and level:
 * `withDrift: false` leaves it out, for whoever asks every few minutes.
 */
export async function readShopHealth({ withDrift = true } = {}): Promise<ShopHealth> {
  const { serverNow, ...figures } = await callFunction(
    "shop_health",
    { p_with_drift: withDrift },
    AnswerSchema,
  );
  const checks = judgeHealth(figures);
  return { serverNow, level: worstLevel(checks), checks, figures };
}
