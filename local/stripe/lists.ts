import { invalid } from "./api-error.ts";
import type { ListParams } from "./params.ts";

type Listed = { id: string; created: number };

/** A page of a list, the newest first, as Stripe pages: by the id before or after it. */
export function listOf<Value extends Listed>(
  url: string,
  oldestFirst: Value[],
  { limit, starting_after: after, ending_before: before, created = {} }: ListParams,
) {
  const {
    gt = -Infinity,
    gte = -Infinity,
    lt = Infinity,
    lte = Infinity,
  } = created as Record<string, number>;
  const values = oldestFirst
    .filter(({ created: at }) => at > gt && at >= gte && at < lt && at <= lte)
    .reverse();
  const at = (id: string, param: string) => {
    const index = values.findIndex((value) => value.id === id);
    if (index === -1) throw invalid(`No such object: '${id}'`, { code: "resource_missing", param });
    return index;
  };
  if (before) {
    const end = at(before, "ending_before");
    const start = Math.max(0, end - limit);
    return { object: "list" as const, url, has_more: start > 0, data: values.slice(start, end) };
  }
  const start = after ? at(after, "starting_after") + 1 : 0;
  const data = values.slice(start, start + limit);
  return { object: "list" as const, url, has_more: start + limit < values.length, data };
}
