import { z } from "zod";
import { type Deadline, deadlineIn } from "../deadline";
import { env } from "../env";
import { logError, logInfo } from "../log";
import { isMailOn } from "../mail/send-mail";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { type Alert, AlertSchema } from "./alert";
import { mailAlert } from "./mail-alert";
import { postAlert } from "./post-alert";

const ClaimSchema = z.object({ alerts: z.array(AlertSchema) });
/** In milliseconds: the sweep went before, and both are one call of a scheduler. */
const TELLING_MS = 10_000;

type Way = { name: string; tell(alert: Alert): Promise<void> };

/**
 * Tells open alerts that nobody was told of, by every way that is set: ALERT_WEBHOOK_URL (a POST of JSON) and
 * ALERT_EMAIL. Claimed, so that one is told twice only where a process died between telling and saying so; the id is
 * then the same. A way that fails is tried again later, alone. Without a way alerts stay untold, for the admin pages.
 * When the time is over the rest waits for its next turn, whatever those do who are told.
 */
export async function tellAlerts(deadline: Deadline = deadlineIn(TELLING_MS)): Promise<number> {
  const ways = readWays();
  if (ways.length === 0) return 0;
  const { alerts } = await callFunction("claim_alerts", { p_limit: 20 }, ClaimSchema);
  // One after the other: a crowd of alerts is no reason to press on whoever takes them.
  for (const alert of alerts) await deadline.within(() => tell(alert, ways));
  return alerts.length;
}

async function tell(alert: Alert, ways: Way[]): Promise<void> {
  const told: string[] = [];
  let failure: string | null = null;
  for (const way of ways.filter(({ name }) => !alert.told.includes(name))) {
    try {
      await way.tell(alert);
      told.push(way.name);
    } catch (error) {
      failure = `${way.name}: ${error instanceof Error ? error.name : "failed"}`;
      logError("alert_not_told", { alertId: alert.alertId, kind: alert.kind, way: way.name });
    }
  }
  const args = { p_alert_id: alert.alertId, p_told: told, ...(failure !== null && { p_error: failure }) };
  await callFunction("record_alert", args, z.object({ outcome: z.string() }), IF_IDEMPOTENT);
  if (failure === null)
    logInfo("alert_told", { alertId: alert.alertId, kind: alert.kind, subject: alert.subject });
}

function readWays(): Way[] {
  const { ALERT_WEBHOOK_URL: url, ALERT_EMAIL: to } = env();
  return [
    ...(url ? [{ name: "webhook", tell: (alert: Alert) => postAlert(url, alert) }] : []),
    ...(to && isMailOn() ? [{ name: "email", tell: (alert: Alert) => mailAlert(to, alert) }] : []),
  ];
}
