import { z } from "zod";
import { MOST } from "./admin-common";
import { InstantSchema } from "./common";

const from = (min: number, max: number) => z.int().min(min).max(max);
const DAY = 86_400;

/** Durations in seconds, caps in units, as the database bounds them. A hold keeps what applied when it was made. */
const settings = {
  holdSeconds: from(1, DAY),
  vipHoldSeconds: from(1, DAY),
  maxHoldTurns: from(1, 100),
  maxUnitsPerLine: from(1, MOST),
  maxUnitsPerVariant: from(1, MOST),
  maxUnitsPerShopper: from(1, MOST),
  maxHoldsPerMinute: from(1, MOST),
  shownStockLimit: from(1, 100),
  lowStockAt: from(0, MOST),
  lowStockClearsAt: from(0, MOST),
  lapsedShownSeconds: from(0, MOST),
  /** `null`: for ever. */
  trailKeptDays: from(30, 36_500).nullable(),
  mergedGuestSeconds: from(1, DAY),
  maxUnconvertedHolds: from(1, MOST),
  unconvertedWindowSeconds: from(1, MOST),
  coolDownSeconds: from(0, MOST),
  maxSharePerAddressPercent: from(1, 100),
  minUnitsPerAddress: from(1, MOST),
  maxUnitsPerAddress: from(1, MOST),
  maxRequestsPerAddress: from(1, MOST),
  /** In minor units of the shop's currency, which is no setting of theirs: every price is written in it. */
  shippingCents: from(0, MOST),
  /** A session of Stripe lives half an hour longer, and a day at most. */
  paymentWindowSeconds: from(1, 84_000),
  maxPayingSeconds: from(1, 10 * DAY),
  minReturnedSeconds: from(1, DAY),
};

export const SettingsSchema = z.strictObject(settings).meta({ id: "Settings" });
export type Settings = z.infer<typeof SettingsSchema>;
export type SettingName = keyof Settings;

/** The least and the most of a setting; without `required` it may be left empty, which is `null`. */
export type SettingBounds = { min: number; max: number; required: boolean };

function boundsOf(schema: z.ZodInt | z.ZodNullable<z.ZodInt>): SettingBounds {
  const isNullable = schema instanceof z.ZodNullable;
  const { minValue, maxValue } = isNullable ? schema.unwrap() : schema;
  return { min: minValue ?? 0, max: maxValue ?? MOST, required: !isNullable };
}

export const SETTING_BOUNDS = Object.fromEntries(
  Object.entries(settings).map(([name, schema]) => [name, boundsOf(schema)]),
) as Record<SettingName, SettingBounds>;

/** `PUT /api/admin/settings`: what is left out stays. */
export const SettingsChangeSchema = z
  .strictObject(settings)
  .partial()
  .refine((change) => Object.keys(change).length > 0, "Nothing to change");
export type SettingsChange = z.infer<typeof SettingsChangeSchema>;

/** `GET` and `PUT /api/admin/settings` */
export const SettingsAnswerSchema = z
  .object({ serverNow: InstantSchema, settings: SettingsSchema })
  .meta({ id: "SettingsAnswer" });
export type SettingsAnswer = z.infer<typeof SettingsAnswerSchema>;
