import type { Time } from "@/contexts/time";

interface Timer {
  due: number;
  run: () => void;
}

/** Clocks and timers that stand still until a test turns them. */
export class FakeTime implements Time {
  readonly #timers = new Set<Timer>();
  #wall: number;
  #monotonic = 0;

  constructor(wall: string) {
    this.#wall = Date.parse(wall);
  }

  now = () => this.#wall;
  monotonic = () => this.#monotonic;

  setTimeout = (run: () => void, milliseconds: number): Timer => {
    const timer = { due: this.#monotonic + milliseconds, run };
    this.#timers.add(timer);
    return timer;
  };

  clearTimeout = (timer: unknown) => {
    this.#timers.delete(timer as Timer);
  };

  get waiting(): number {
    return this.#timers.size;
  }

  /** Time passes; what becomes due runs, in order, with its answers settled in between. */
  async advance(milliseconds: number) {
    const end = this.#monotonic + milliseconds;
    for (let next = this.#nextUntil(end); next; next = this.#nextUntil(end)) {
      this.#move(next.due - this.#monotonic);
      this.#timers.delete(next);
      next.run();
      await settled();
    }
    this.#move(end - this.#monotonic);
    await settled();
  }

  /** The laptop sleeps: the wall clock goes on, timers and the monotonic clock do not. */
  sleep(milliseconds: number) {
    this.#wall += milliseconds;
  }

  #move(milliseconds: number) {
    this.#monotonic += milliseconds;
    this.#wall += milliseconds;
  }

  #nextUntil(end: number): Timer | undefined {
    return [...this.#timers].filter(({ due }) => due <= end).toSorted((one, other) => one.due - other.due)[0];
  }
}

/** Lets every promise that can settle by itself do so. */
export async function settled() {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
