import { type OpenAlert, OpenAlertsSchema } from "@/contracts/admin-alerts";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";

/** The open alerts, newest first. */
export async function listOpenAlerts(): Promise<OpenAlert[]> {
  return (await callFunction("admin_alerts", {}, OpenAlertsSchema, IF_IDEMPOTENT)).alerts;
}
