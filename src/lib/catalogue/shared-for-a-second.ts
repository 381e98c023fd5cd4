type Clock = () => number;

/** Keys kept at most: a stranger chooses them, so they may not grow without end. */
const MAX_KEYS = 1_000;

/**
 * Shares one load among all who ask for the same key within a second: a crowd on a product page costs the database one
 * read a second. A failed load is not kept.
 */
export function sharedForASecond<Value>(load: (key: string) => Promise<Value>, now: Clock = Date.now) {
  const kept = new Map<string, { until: number; value: Promise<Value> }>();
  return (key: string): Promise<Value> => {
    const known = kept.get(key);
    if (known && known.until > now()) return known.value;
    if (kept.size >= MAX_KEYS) kept.clear();
    const value = load(key);
    kept.set(key, { until: now() + 1_000, value });
    value.catch(() => {
      if (kept.get(key)?.value === value) kept.delete(key);
    });
    return value;
  };
}
