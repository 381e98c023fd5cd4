/** Numbers from 0 to 1 by a seed: the same seed, the same numbers (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Takes one out, wherever it is, without moving the others up. */
export function takeAny<Value>(values: Value[], random: () => number): Value | undefined {
  const index = Math.floor(random() * values.length);
  const taken = values[index];
  const last = values.pop();
  if (index < values.length && last !== undefined) values[index] = last;
  return taken;
}

export function shuffled<Value>(values: Value[], random: () => number): Value[] {
  const left = [...values];
  return values.map(() => takeAny(left, random) as Value);
}
