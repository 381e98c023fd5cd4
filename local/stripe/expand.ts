import { invalid } from "./api-error.ts";
import type { Kind, Records } from "./records.ts";

const kinds: [prefix: string, kind: Kind][] = [
  ["cs_", "session"],
  ["pi_", "intent"],
  ["ch_", "charge"],
  ["py_", "charge"],
  ["re_", "refund"],
  ["du_", "dispute"],
];

/** Puts whole objects where ids are, for every path like `payment_intent.latest_charge` or `data.payment_intent`. */
export function expanded<Value extends object>(records: Records, value: Value, paths: string[] = []): Value {
  if (paths.length === 0) return value;
  const copy = structuredClone(value);
  for (const path of paths) expandPath(records, copy as Record<string, unknown>, path.split("."), path);
  return copy;
}

function expandPath(records: Records, holder: Record<string, unknown>, steps: string[], path: string): void {
  const [step = "", ...rest] = steps;
  if (Array.isArray(holder[step])) {
    for (const item of holder[step]) expandPath(records, item, rest, path);
    return;
  }
  holder[step] = resolve(records, holder, step, path);
  const next = holder[step];
  if (rest.length > 0 && next && typeof next === "object") {
    expandPath(records, next as Record<string, unknown>, rest, path);
  }
}

function resolve(records: Records, holder: Record<string, unknown>, step: string, path: string): unknown {
  if (step === "line_items" && holder.object === "checkout.session") {
    const data = records.find("extras", String(holder.id))?.lineItems ?? [];
    return { object: "list", url: `/v1/checkout/sessions/${holder.id}/line_items`, has_more: false, data };
  }
  if (step === "refunds" && holder.object === "charge") {
    const data = records
      .all("refund")
      .filter(({ charge }) => charge === holder.id)
      .reverse();
    return { object: "list", url: `/v1/charges/${holder.id}/refunds`, has_more: false, data };
  }
  const value = holder[step];
  if (value === null || (value && typeof value === "object")) return value;
  const kind = kinds.find(([prefix]) => String(value).startsWith(prefix))?.[1];
  const found = kind && records.find(kind, String(value));
  if (!found) throw invalid(`This property cannot be expanded (${path}).`, { param: "expand[0]" });
  return structuredClone(found);
}
