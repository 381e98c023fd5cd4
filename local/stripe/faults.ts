/** What goes wrong with the next calls. */
export type Fault = {
  /** `drop` closes the connection: the official package then tries once more by itself, so order two of them. */
  how: "slow" | "error" | "drop";
  /** Before the call has its effect, or after it. An error before may be kept under the call's key, as Stripe does. */
  when: "before" | "after";
  /** Which calls, as the beginning of `POST /v1/refunds`; all when left out. */
  match?: string | undefined;
  /** How many of them; null for all until further notice. */
  times: number | null;
  /** For `slow`. */
  ms: number;
  /** For `error`. */
  status: number;
  /** For `error` before: whether the call's key gives this answer from now on. */
  kept: boolean;
};

export type Faults = {
  add(fault: Partial<Fault>): void;
  forget(): void;
  /** The fault of this call, counted off. */
  take(call: string, when: Fault["when"]): Fault | undefined;
};

export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    add(fault) {
      const usual = { how: "error", when: "before", times: 1, ms: 1_000, status: 500, kept: false } as const;
      faults.push({ ...usual, ...fault });
    },
    forget() {
      faults = [];
    },
    take(call, when) {
      const fault = faults.find((each) => each.when === when && call.startsWith(each.match ?? ""));
      if (!fault) return undefined;
      if (fault.times !== null) fault.times--;
      if (fault.times === 0) faults = faults.filter((each) => each !== fault);
      return fault;
    },
  };
}
