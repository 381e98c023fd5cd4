import { z } from "zod";
import {
  type NewVariant,
  type SavedVariant,
  SavedVariantSchema,
  type VariantChange,
} from "@/contracts/admin-catalogue";
import type { AdminResult } from "@/domain/admin-outcomes";
import { type Acting, changeOnce } from "../supabase/change-once";
import { refused } from "./refused";

const AnswerSchema = z.discriminatedUnion("outcome", [
  SavedVariantSchema.extend({ outcome: z.literal("saved") }),
  z.object({ outcome: z.enum(["not_found", "sku_taken"]), serverNow: z.string() }),
]);

/** Makes a variant of a product, kept with 0 units at the location that is asked first. */
export function createVariant(productId: string, variant: NewVariant, by: Acting) {
  const args = { p_variant: variant, p_admin_id: by.adminId, p_product_id: productId };
  return save(args, by, "product_not_found");
}

/** Edits a variant. Carts show a new price at once; orders keep theirs. */
export function updateVariant(id: string, change: VariantChange, by: Acting) {
  return save({ p_variant: change, p_admin_id: by.adminId, p_variant_id: id }, by, "variant_not_found");
}

async function save(
  args: { p_variant: VariantChange; p_admin_id: string; p_product_id?: string; p_variant_id?: string },
  by: Acting,
  notFound: "product_not_found" | "variant_not_found",
): Promise<AdminResult<SavedVariant>> {
  const answer = await changeOnce("admin_save_variant", args, AnswerSchema, by);
  if (answer.outcome === "not_found") return refused(notFound, answer.serverNow);
  if (answer.outcome !== "saved") return refused(answer.outcome, answer.serverNow);
  const { serverNow, variantId, product } = answer;
  return { ok: true, value: { serverNow, variantId, product } };
}
