import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

export type Watched =
  | { kind: "process"; pid: number; signals: [NodeJS.Signals, number][]; group: boolean }
  | { kind: "folder"; path: string };

export type Guard = {
  /** What to stop or delete should this process die without doing it itself. Latest first. */
  watch(watched: Watched): void;
  /** Everything was stopped in an orderly way: the guard goes home. */
  dismiss(): void;
};

/**
 * A small process that outlives `kill -9` of its owner and then stops what the owner had started.
 * Without it a killed `npm run dev` would leave Postgres and Next running with nobody to stop them.
 */
export function startGuard(): Guard {
  const child = fork(join(import.meta.dirname, "guard-process.ts"), [], {
    execArgv: [],
    detached: true,
    stdio: "ignore",
  });
  child.unref();
  child.channel?.unref();
  child.on("error", () => {});
  return { watch: (watched) => tell(child, watched), dismiss: () => tell(child, "dismissed") };
}

function tell(child: ChildProcess, message: Watched | "dismissed"): void {
  if (child.connected) child.send(message, () => {});
}
