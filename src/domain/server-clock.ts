/** One answer of the server, with the readings of the client's own clock around it. */
export interface ClockSample {
  serverNow: number;
  sentAt: number;
  receivedAt: number;
}

/** What the client's clock must be corrected by; the newest word of the server counts. */
export interface ServerClock {
  newestServerNow: number;
  offset: number;
}

/**
 * The server read its clock somewhere between our two readings; the middle is at most half a round trip off.
 * An answer that arrives after a newer one says nothing new.
 */
export function synchronise(clock: ServerClock | null, sample: ClockSample): ServerClock {
  if (clock !== null && sample.serverNow < clock.newestServerNow) return clock;
  return {
    newestServerNow: sample.serverNow,
    offset: sample.serverNow - (sample.sentAt + sample.receivedAt) / 2,
  };
}

/** Before the server ever spoke, our own clock is the best guess. */
export function serverTime(clock: ServerClock | null, clientNow: number): number {
  return clientNow + (clock?.offset ?? 0);
}
