import { type AvailabilityList, AvailabilityListSchema } from "@/contracts/catalogue";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { sharedForASecond } from "./shared-for-a-second";

const load = sharedForASecond((ids) =>
  callFunction("get_availability", { p_variant_ids: ids.split(",") }, AvailabilityListSchema, IF_IDEMPOTENT),
);

/** What is available of these variants (1 to 1,000 ids); at most a second old. */
export function getAvailability(variantIds: string[]): Promise<AvailabilityList> {
  return load(variantIds.toSorted().join(","));
}
