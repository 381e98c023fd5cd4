import { type SettingsAnswer, SettingsAnswerSchema, type SettingsChange } from "@/contracts/admin-settings";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";

/** The durations and caps of the store. */
export function readSettings(): Promise<SettingsAnswer> {
  return callFunction("admin_settings", {}, SettingsAnswerSchema, IF_IDEMPOTENT);
}

/** Changes some of them. Holds keep what applied when they were made. */
export function saveSettings(change: SettingsChange, adminId: string): Promise<SettingsAnswer> {
  const args = { p_settings: change, p_admin_id: adminId };
  return callFunction("admin_save_settings", args, SettingsAnswerSchema, IF_IDEMPOTENT);
}
