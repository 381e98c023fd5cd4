import { z } from "zod";
import { HEALTH_CHECKS } from "@/domain/shop-health";
import { logError } from "../log";
import { callFunction } from "../supabase/call-function";
import { readShopHealth } from "./shop-health";
import { tellAlerts } from "./tell-alerts";

const TrackedSchema = z.object({ opened: z.int(), closed: z.int() });

/**
 * Looks at the shop's health, opens and closes alerts by it, and tells the new ones. Run after the
 * sweep, as often as it is and by as many at once: an episode is told once. Never throws, for the sweep is done. Drift is
 * looked for once a day, with the comparison of orders and payments: that reads everything.
 */
export async function watchShop({ withDrift = false } = {}): Promise<void> {
  try {
    const { checks } = await readShopHealth({ withDrift });
    const raised = checks
      .filter(({ level }) => level !== "ok")
      .map(({ name, level, says, recommendation }) => ({
        kind: name,
        subject: "shop",
        details: { level, says, recommendation },
      }));
    // What was not looked at this time stays as it is.
    const looked = HEALTH_CHECKS.filter((name) => checks.some((check) => check.name === name));
    await callFunction("track_alerts", { p_raised: raised, p_kinds: looked }, TrackedSchema);
    await tellAlerts();
  } catch (error) {
    logError("watch_failed", { message: error instanceof Error ? error.message : String(error) });
  }
}
