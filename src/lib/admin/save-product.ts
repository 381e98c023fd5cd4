import { z } from "zod";
import {
  type NewProduct,
  type ProductChange,
  type SavedProduct,
  SavedProductSchema,
} from "@/contracts/admin-catalogue";
import type { AdminResult } from "@/domain/admin-outcomes";
import { type Acting, changeOnce } from "../supabase/change-once";
import { refused } from "./refused";

const AnswerSchema = z.discriminatedUnion("outcome", [
  SavedProductSchema.extend({ outcome: z.literal("saved") }),
  z.object({ outcome: z.enum(["not_found", "slug_taken", "no_variants"]), serverNow: z.string() }),
]);

/** Makes a product, which nobody sees until it has a variant and is published. */
export function createProduct(product: NewProduct, by: Acting): Promise<AdminResult<SavedProduct>> {
  return save({ p_product: product, p_admin_id: by.adminId }, by);
}

/** Edits, publishes or takes a product out of the shop. Holds keep what applied when they were made. */
export function updateProduct(id: string, change: ProductChange, by: Acting) {
  return save({ p_product: change, p_admin_id: by.adminId, p_product_id: id }, by);
}

async function save(
  args: { p_product: ProductChange; p_admin_id: string; p_product_id?: string },
  by: Acting,
): Promise<AdminResult<SavedProduct>> {
  const answer = await changeOnce("admin_save_product", args, AnswerSchema, by);
  if (answer.outcome === "not_found") return refused("product_not_found", answer.serverNow);
  if (answer.outcome !== "saved") return refused(answer.outcome, answer.serverNow);
  return { ok: true, value: { serverNow: answer.serverNow, product: answer.product } };
}
