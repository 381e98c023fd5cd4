/** A request on its way: who waits for it, for what, and since when. */
export type Waiting<Request, Answer> = {
  request: Request;
  keys: readonly string[];
  signal: AbortSignal | undefined;
  arrivedAt: number;
  /** It was in a call that met a lock. */
  isSecondTry: boolean;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
};

export type LaneOptions<Request, Answer> = {
  callsPerLane: number;
  /** Most weight in one call. */
  largest: number;
  /** A call is about the keys of its first request alone, and no second one about them is under way. */
  isOneKeyPerCall: boolean;
  /** True for one that is not to be served any more; it was told so. */
  drop(waiting: Waiting<Request, Answer>): boolean;
  /** Answers everybody in the batch, or queues them elsewhere. Never rejects. */
  send(batch: Waiting<Request, Answer>[]): Promise<void>;
};

/** A queue with a few calls under way: in order of arrival, as many in one call as fit. */
export class Lane<Request, Answer> {
  readonly #options: LaneOptions<Request, Answer>;
  #queue: Waiting<Request, Answer>[] = [];
  #underWay = 0;
  readonly #keysUnderWay = new Set<string>();
  #isAsked = false;

  constructor(options: LaneOptions<Request, Answer>) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  add(waiting: Waiting<Request, Answer>): void {
    this.#queue.push(waiting);
    this.#askToBegin();
  }

  /** At the end of this turn, so that whatever arrives in the same turn goes into the same call. */
  #askToBegin(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    setImmediate(() => {
      this.#isAsked = false;
      while (this.#underWay < this.#options.callsPerLane && this.#begin());
    });
  }

  #begin(): boolean {
    const batch = this.#take();
    if (batch.length === 0) return false;
    const keys = idOf(batch[0]);
    this.#underWay += 1;
    this.#keysUnderWay.add(keys);
    void this.#options.send(batch).finally(() => {
      this.#underWay -= 1;
      this.#keysUnderWay.delete(keys);
      if (this.#queue.length > 0) this.#askToBegin();
    });
    return true;
  }

  #take(): Waiting<Request, Answer>[] {
    const batch: Waiting<Request, Answer>[] = [];
    const left: Waiting<Request, Answer>[] = [];
    let weight = 0;
    for (const next of this.#queue) {
      if (this.#options.drop(next)) continue;
      if (left.length > 0 && !this.#options.isOneKeyPerCall) {
        left.push(next);
      } else if (this.#fits(batch, next, weight)) {
        batch.push(next);
        weight += next.keys.length;
      } else {
        left.push(next);
      }
    }
    this.#queue = left;
    return batch;
  }

  #fits(batch: Waiting<Request, Answer>[], next: Waiting<Request, Answer>, weight: number): boolean {
    const { isOneKeyPerCall, largest } = this.#options;
    // The first goes in any case: what is heavier than a call may be would wait for ever.
    if (batch.length === 0) return !(isOneKeyPerCall && this.#keysUnderWay.has(idOf(next)));
    return weight + next.keys.length <= largest && (!isOneKeyPerCall || idOf(next) === idOf(batch[0]));
  }
}

const idOf = (waiting: { keys: readonly string[] } | undefined): string => waiting?.keys.join() ?? "";
