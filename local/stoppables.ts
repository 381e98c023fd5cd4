import type { Guard, Watched } from "./guard.ts";

export type Stoppables = {
  /** Remembers what was started. Stopped in reverse order: the store before its API before its database. */
  add(stop: () => Promise<void> | void, watched?: Watched): void;
  /** Tells the id of every process from now on. */
  onStart(listener: (pid: number) => void): void;
  /** Stops everything once, however often it is called. */
  stopAll(): Promise<void>;
};

/** Thrown into a start that goes on while everything is being stopped. */
export class Interrupted extends Error {}

export function createStoppables(guard: Guard): Stoppables {
  const stops: (() => Promise<void> | void)[] = [];
  let tell: (pid: number) => void = () => {};
  let stopping: Promise<void> | undefined;
  const stopInOrder = async () => {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
    guard.dismiss();
  };
  return {
    add(stop, watched) {
      stops.push(stop);
      if (watched) guard.watch(watched);
      if (watched?.kind === "process") tell(watched.pid);
      if (stopping) throw new Interrupted();
    },
    onStart(listener) {
      tell = listener;
    },
    stopAll() {
      stopping ??= stopInOrder();
      return stopping;
    },
  };
}
