import type { z } from "zod";
import {
  type NewProduct,
  type NewVariant,
  type ProductChange,
  SavedProductSchema,
  SavedVariantSchema,
  type VariantChange,
} from "@/contracts/admin-catalogue";
import { RepairSchema } from "@/contracts/admin-housekeeping";
import { AdminReleasedSchema } from "@/contracts/admin-reservations";
import { SettingsAnswerSchema, type SettingsChange } from "@/contracts/admin-settings";
import {
  type AdjustBody,
  AdjustedSchema,
  ImportAnswerSchema,
  type ImportBody,
  SafetyStockAnswerSchema,
  type SafetyStockBody,
} from "@/contracts/admin-stock";
import { CleanupAnswerSchema } from "@/contracts/cleanup";
import { type PictureBody, SavedPictureSchema } from "@/contracts/pictures";
import type { Problem } from "@/contracts/problem";
import { createOnce, type Once } from "./admin-once";

/** Why something was not done. Without a problem nobody knows whether it was. */
export type AdminFailure = { code: string; problem: Problem | null };
export type AdminAnswer<Value> = { ok: true; value: Value } | { ok: false; failure: AdminFailure };

const ADMIN = "/api/admin";

/** The browser's side of the changes that admins make, of one form: each is done once, however often it is sent. */
export function createAdminApi(once: Once = createOnce()) {
  async function change<Value>(
    method: "POST" | "PUT",
    path: string,
    body: object | null,
    schema: z.ZodType<Value>,
  ): Promise<AdminAnswer<Value>> {
    const answer = await once(method, path, body, schema);
    if (answer.ok) return answer;
    const problem = answer.problem ?? null;
    return { ok: false, failure: { code: problem?.code ?? "unreachable", problem } };
  }
  return {
    release: (id: string, reason: string) =>
      change("POST", `${ADMIN}/reservations/${id}/release`, { reason }, AdminReleasedSchema),
    savePicture: (picture: PictureBody) => change("POST", `${ADMIN}/pictures`, picture, SavedPictureSchema),
    createProduct: (product: NewProduct) => change("POST", `${ADMIN}/products`, product, SavedProductSchema),
    updateProduct: (id: string, product: ProductChange) =>
      change("PUT", `${ADMIN}/products/${id}`, product, SavedProductSchema),
    createVariant: (productId: string, variant: NewVariant) =>
      change("POST", `${ADMIN}/products/${productId}/variants`, variant, SavedVariantSchema),
    updateVariant: (id: string, variant: VariantChange) =>
      change("PUT", `${ADMIN}/variants/${id}`, variant, SavedVariantSchema),
    adjust: (wish: AdjustBody) => change("POST", `${ADMIN}/stock/adjust`, wish, AdjustedSchema),
    setSafetyStock: (wish: SafetyStockBody) =>
      change("PUT", `${ADMIN}/stock/safety`, wish, SafetyStockAnswerSchema),
    importStock: (wish: ImportBody) => change("POST", `${ADMIN}/stock/import`, wish, ImportAnswerSchema),
    sweep: () => change("POST", "/api/stock/reservations/cleanup", null, CleanupAnswerSchema),
    repair: (dryRun: boolean) => change("POST", `${ADMIN}/consistency`, { dryRun }, RepairSchema),
    saveSettings: (settings: SettingsChange) =>
      change("PUT", `${ADMIN}/settings`, settings, SettingsAnswerSchema),
  };
}
export type AdminApi = ReturnType<typeof createAdminApi>;
