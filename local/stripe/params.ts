import qs from "qs";
import { z } from "zod";
import { type ApiError, invalid } from "./api-error.ts";

// Stripe's parameters are forms: text with brackets, `line_items[0][price_data][unit_amount]=500`.

export type Params = Record<string, unknown>;

export function decodeForm(text: string): Params {
  return qs.parse(text, { depth: 10, arrayLimit: 200, parameterLimit: 10_000 }) as Params;
}

const fault = (code: string, message: string) => ({ params: { code }, message });

/** A whole number within bounds, which arrives as text. */
export const integer = (least = Number.MIN_SAFE_INTEGER, most = 99_999_999_99) =>
  z.string().transform((text, context) => {
    const value = Number(text);
    const isInteger = /^-?\d+$/.test(text) && Number.isSafeInteger(value);
    if (!isInteger) {
      context.addIssue({ code: "custom", ...fault("parameter_invalid_integer", `Invalid integer: ${text}`) });
    } else if (value < least || value > most) {
      const message = least === 1 ? "Invalid positive integer" : `Invalid integer: ${text}`;
      context.addIssue({ code: "custom", ...fault("parameter_invalid_integer", message) });
    }
    return value;
  });

export const boolean = z.enum(["true", "false"]).transform((text) => text === "true");

/** Text that may not be empty: for Stripe an empty value means "unset". */
export const text = (most = 5_000) =>
  z.string().superRefine((value, context) => {
    if (value === "")
      context.addIssue({
        code: "custom",
        ...fault("parameter_invalid_empty", "You passed an empty string."),
      });
    if (value.length > most) {
      const message = `Invalid string: must be at most ${most} characters`;
      context.addIssue({ code: "custom", ...fault("parameter_invalid_string", message) });
    }
  });

export const url = text().superRefine((value, context) => {
  // Stripe puts the session's id there before anybody goes there.
  const isWeb = /^https?:$/.test(URL.parse(value.replaceAll("{CHECKOUT_SESSION_ID}", "id"))?.protocol ?? "");
  if (value !== "" && !isWeb)
    context.addIssue({ code: "custom", ...fault("url_invalid", "Not a valid URL") });
});

export const email = z.string().superRefine((value, context) => {
  if (z.email().safeParse(value).success) return;
  context.addIssue({ code: "custom", ...fault("email_invalid", `Invalid email address: ${value}`) });
});

export const currency = z.string().transform((value, context) => {
  const lower = value.toLowerCase();
  if (!/^[a-z]{3}$/.test(lower)) {
    context.addIssue({ code: "custom", message: `Invalid currency: ${value}`, params: {} });
  }
  return lower;
});

/** At most 50 keys of 40 characters, values of 500: https://docs.stripe.com/metadata. */
export const metadata = z.record(z.string(), z.string()).superRefine((value, context) => {
  const complain = (message: string) => context.addIssue({ code: "custom", message, params: {} });
  if (Object.keys(value).length > 50) complain("You can only specify up to 50 metadata keys");
  for (const [key, content] of Object.entries(value)) {
    if (key.length > 40)
      complain(`Metadata keys can have up to 40 characters, but you passed one of ${key.length}`);
    if (content.length > 500) {
      complain(
        `Metadata values can have up to 500 characters, but you passed in a value of ${content.length}`,
      );
    }
  }
});

export const expand = z.array(z.string()).optional();

const range = z.strictObject({
  gt: integer().optional(),
  gte: integer().optional(),
  lt: integer().optional(),
  lte: integer().optional(),
});

/** What every list understands. */
export const listParams = {
  limit: integer(1, 100).default(10),
  starting_after: text().optional(),
  ending_before: text().optional(),
  created: z.union([range, integer().transform((at) => ({ gte: at, lte: at }))]).optional(),
  expand,
};
export type ListParams = z.output<z.ZodObject<typeof listParams>>;

/** Parses, or says what is wrong as Stripe does. */
export function parseParams<Schema extends z.ZodType>(schema: Schema, params: Params): z.output<Schema> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw issue ? refusal(issue, params) : invalid("Invalid parameters");
}

function refusal(issue: z.core.$ZodIssue, params: Params): ApiError {
  const param = nameOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const names = issue.keys.map((key) => nameOf([...issue.path, key]));
    const message = `Received unknown parameter${names.length === 1 ? "" : "s"}: ${names.join(", ")}`;
    return invalid(message, { code: "parameter_unknown", param: names[0] ?? "" });
  }
  if (valueAt(params, issue.path) === undefined) {
    return invalid(`Missing required param: ${param}.`, { code: "parameter_missing", param });
  }
  if (issue.code === "invalid_value") {
    return invalid(`Invalid ${param}: must be one of ${issue.values.join(", ")}`, { param });
  }
  if (issue.code === "custom") {
    const { code } = (issue.params ?? {}) as { code?: string };
    return invalid(issue.message, { ...(code && { code }), param });
  }
  const expected = issue.code === "invalid_type" ? issue.expected : "value";
  return invalid(`Invalid ${expected === "record" ? "object" : expected}`, { param });
}

/** `["line_items", 0, "quantity"]` as Stripe writes it: `line_items[0][quantity]`. */
function nameOf([first = "", ...rest]: PropertyKey[]): string {
  return String(first) + rest.map((part) => `[${String(part)}]`).join("");
}

function valueAt(params: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown>)?.[part], params);
}
