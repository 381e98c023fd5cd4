import { type SettingsAnswer, SettingsAnswerSchema, type SettingsChange } from "@/contracts/admin-settings";
import { callFunction } from "../supabase/call-function";
import { type Acting, changeOnce } from "../supabase/change-once";
import { IF_IDEMPOTENT } from "../supabase/repeat";

/** The durations and caps of the store. */
export function readSettings(): Promise<SettingsAnswer> {
  return callFunction("admin_settings", {}, SettingsAnswerSchema, IF_IDEMPOTENT);
}

/** Changes some of them. Holds keep what applied when they were made. */
export function saveSettings(change: SettingsChange, by: Acting): Promise<SettingsAnswer> {
  const args = { p_settings: change, p_admin_id: by.adminId };
  return changeOnce("admin_save_settings", args, SettingsAnswerSchema, by, IF_IDEMPOTENT);
}
