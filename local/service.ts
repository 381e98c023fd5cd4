import { type ChildProcess, type ForkOptions, fork } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { endProcess } from "./processes.ts";
import type { Stoppables } from "./stoppables.ts";

/** Ask, then insist. */
const stopSignals: [NodeJS.Signals, number][] = [
  ["SIGTERM", 5_000],
  ["SIGKILL", 5_000],
];

export type Service = {
  pid: number;
  child: ChildProcess;
  /** Settles when the process ends, whoever ended it. */
  ended: Promise<number | null>;
};

export type ServiceOptions = {
  script: string;
  args?: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Where its output goes; without it the caller reads `child.stdout` and `child.stderr`. */
  logFile?: string;
};

/** Starts a Node program in a process group of its own: Ctrl-C reaches us alone and we stop things in order. */
export function startService(options: ServiceOptions, stoppables: Stoppables): Service {
  const { script, args = [], env, cwd, logFile } = options;
  if (logFile) mkdirSync(dirname(logFile), { recursive: true });
  const log = logFile ? openSync(logFile, "w", 0o600) : undefined;
  const out = log ?? "pipe";
  const how: ForkOptions = { cwd, env, execArgv: [], detached: true, stdio: ["ignore", out, out, "ipc"] };
  const child = fork(script, args, how);
  if (log !== undefined) closeSync(log);
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("exit", (code) => resolve(code));
  });
  const { pid } = child;
  if (!pid) throw new Error(`${script} could not be started.`);
  const watched = { kind: "process", pid, signals: stopSignals, group: true } as const;
  stoppables.add(() => endProcess(pid, stopSignals, true), watched);
  return { pid, child, ended };
}

/** The last lines of a log, for the sentence that says why something did not start. */
export function tailOf(file: string, lines = 15): string {
  try {
    return readFileSync(file, "utf8").trim().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}
