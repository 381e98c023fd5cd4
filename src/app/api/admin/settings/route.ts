import { SettingsChangeSchema } from "@/contracts/admin-settings";
import { readSettings, saveSettings } from "@/lib/admin/settings";
import { requireAdmin } from "@/lib/http/identity";
import { parseBody } from "@/lib/http/parse";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** The durations and caps of the store. */
export const GET = route(async (request) => {
  await requireAdmin(request);
  return personal(await readSettings());
});

/** Changes some of them. */
export const PUT = route(async (request) => {
  const { id: adminId } = await requireAdmin(request);
  const change = await parseBody(SettingsChangeSchema, request);
  return personal(await saveSettings(change, { adminId, key: requestKeyOf(request, change) }));
});
