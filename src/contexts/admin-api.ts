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
import { type Problem, ProblemSchema } from "@/contracts/problem";
import { browserFetch } from "./browser-fetch";

/** Why something was not done. Without a problem nobody knows whether it was. */
export type AdminFailure = { code: string; problem: Problem | null };
export type AdminAnswer<Value> = { ok: true; value: Value } | { ok: false; failure: AdminFailure };

async function change<Value>(
  method: "POST" | "PUT",
  path: string,
  body: object | null,
  schema: z.ZodType<Value>,
): Promise<AdminAnswer<Value>> {
  let answer: unknown;
  let isGood: boolean;
  try {
    const response = await browserFetch(path, {
      method,
      cache: "no-store",
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    isGood = response.ok;
    answer = await response.json();
  } catch {
    return { ok: false, failure: { code: "unreachable", problem: null } };
  }
  if (!isGood) {
    const problem = ProblemSchema.safeParse(answer);
    if (!problem.success) return { ok: false, failure: { code: "unreachable", problem: null } };
    return { ok: false, failure: { code: problem.data.code, problem: problem.data } };
  }
  const parsed = schema.safeParse(answer);
  if (!parsed.success) return { ok: false, failure: { code: "unreachable", problem: null } };
  return { ok: true, value: parsed.data };
}

const ADMIN = "/api/admin";

/** The browser's side of the changes that admins make. Nothing is sent twice by itself: a person looks first. */
export const adminApi = {
  release: (id: string, reason: string) =>
    change("POST", `${ADMIN}/reservations/${id}/release`, { reason }, AdminReleasedSchema),
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
