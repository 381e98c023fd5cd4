export type Query = Promise<Record<string, string | string[] | undefined>>;

/** What an address says, as far as it is said once and not empty; the rest is left out. */
export function saidOnce(query: Awaited<Query>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "",
    ),
  );
}
