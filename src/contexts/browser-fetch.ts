import type { Fetch } from "./cart-api";

/** A button may not stay pending for ever because an answer got lost. */
const PATIENCE = 15_000;

export const browserFetch: Fetch = (url, init) =>
  fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE) });
