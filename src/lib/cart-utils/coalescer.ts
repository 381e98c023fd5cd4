import { Overloaded } from "../overloaded";
import { Lane, type Waiting } from "./lane";

/**
 * What a failed call means for the requests in it:
 * - `everybody`: each would fail alike, or may have happened already. All are told.
 * - `contended`: rolled back because somebody holds a lock. Those who want something else are served elsewhere.
 * - `somebody`: rolled back because of what one of them is. Each is tried alone.
 */
export type Blame = "everybody" | "contended" | "somebody";

export type CoalescerOptions<Request, Answer> = {
  /** One call for many requests: as many answers, in their order. */
  call(requests: Request[]): Promise<Answer[]>;
  /** What a request contends for: at least one key, and as many as it has weight in a call. */
  keysOf(request: Request): readonly string[];
  blame(error: unknown): Blame;
  /** Lanes for requests with one key. Carts with several have a lane of their own, and so have suspects. */
  lanes: number;
  callsPerLane: number;
  /** Most weight in one call. */
  largest: number;
  /** Most requests that wait in one lane. */
  mostWaiting: number;
  /** Whoever waited longer is refused instead of served late, in milliseconds. */
  patience: number;
  now?: () => number;
};

/** Keys remembered at most: whoever asks chooses them. */
const MOST_SUSPECTS = 1_000;

/**
 * Gathers requests into calls: what arrives while the calls of its lane are under way goes into the next one. No timer;
 * when a lane is idle a request goes at the end of this turn of the event loop.
 *
 * A lane never has more calls under way than `callsPerLane`. A call that met a lock makes suspects of its keys: their
 * requests are tried once more in a lane apart, one key per call and one call per key, until a call succeeds. So one
 * stuck key costs those who share its lane one time-out, and after that nothing.
 */
export class Coalescer<Request, Answer> {
  readonly #options: CoalescerOptions<Request, Answer>;
  readonly #now: () => number;
  readonly #lanes: Lane<Request, Answer>[];
  readonly #carts: Lane<Request, Answer>;
  readonly #suspects: Lane<Request, Answer>;
  readonly #suspectKeys = new Set<string>();

  constructor(options: CoalescerOptions<Request, Answer>) {
    const { lanes, callsPerLane, now = Date.now } = options;
    this.#options = options;
    this.#now = now;
    const lane = (isOneKeyPerCall = false) =>
      new Lane<Request, Answer>({
        callsPerLane,
        largest: options.largest,
        isOneKeyPerCall,
        drop: (waiting) => this.#dropped(waiting),
        send: (batch) => this.#send(batch),
      });
    this.#lanes = Array.from({ length: lanes }, () => lane());
    this.#carts = lane();
    this.#suspects = lane(true);
  }

  /** Rejects with `Overloaded` where the queue is full, or the asker hung up before the turn came. */
  submit(request: Request, signal?: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const keys = this.#options.keysOf(request);
      const arrivedAt = this.#now();
      this.#queue({ request, keys, signal, arrivedAt, isSecondTry: false, resolve, reject });
    });
  }

  #queue(waiting: Waiting<Request, Answer>): void {
    const lane = this.#laneOf(waiting.keys);
    if (lane.waiting >= this.#options.mostWaiting) {
      waiting.reject(new Overloaded("the queue is full"));
    } else {
      lane.add(waiting);
    }
  }

  #laneOf(keys: readonly string[]): Lane<Request, Answer> {
    if (keys.some((key) => this.#suspectKeys.has(key))) return this.#suspects;
    if (keys.length > 1) return this.#carts;
    return this.#lanes[hash(keys[0] ?? "") % this.#lanes.length] ?? this.#carts;
  }

  #dropped(waiting: Waiting<Request, Answer>): boolean {
    const isGone = waiting.signal?.aborted === true;
    // Who met a lock already has waited for it, too.
    const patience = this.#options.patience * (waiting.isSecondTry ? 2 : 1);
    const isLate = this.#now() - waiting.arrivedAt > patience;
    if (isGone || isLate) waiting.reject(new Overloaded(isGone ? "the client hung up" : "waited too long"));
    return isGone || isLate;
  }

  async #send(batch: Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await this.#options.call(batch.map(({ request }) => request));
      if (answers.length !== batch.length) throw new Error("a call has one answer for each request");
      this.#forget(batch);
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      await this.#fail(batch, error);
    }
  }

  async #fail(batch: Waiting<Request, Answer>[], error: unknown): Promise<void> {
    const blame = this.#options.blame(error);
    if (blame === "contended") return this.#tryApart(batch, error);
    if (blame === "somebody" && batch.length > 1) return this.#tryEachAlone(batch);
    for (const { reject } of batch) reject(error);
  }

  #tryApart(batch: Waiting<Request, Answer>[], error: unknown): void {
    if (this.#suspectKeys.size > MOST_SUSPECTS) this.#suspectKeys.clear();
    for (const { keys } of batch) for (const key of keys) this.#suspectKeys.add(key);
    for (const waiting of batch) {
      if (waiting.isSecondTry) waiting.reject(error);
      else this.#queue({ ...waiting, isSecondTry: true });
    }
  }

  /** One after the other: a broken batch may not take more calls than a whole one. */
  async #tryEachAlone(batch: Waiting<Request, Answer>[]): Promise<void> {
    for (const [index, waiting] of batch.entries()) {
      if (this.#dropped(waiting)) continue;
      try {
        const [answer] = await this.#options.call([waiting.request]);
        waiting.resolve(answer as Answer);
      } catch (error) {
        waiting.reject(error);
        if (this.#options.blame(error) === "somebody") continue;
        for (const { reject } of batch.slice(index + 1)) reject(error);
        return;
      }
    }
  }

  #forget(batch: Waiting<Request, Answer>[]): void {
    if (this.#suspectKeys.size === 0) return;
    for (const { keys } of batch) for (const key of keys) this.#suspectKeys.delete(key);
  }
}

/** FNV-1a, to spread keys over lanes. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
