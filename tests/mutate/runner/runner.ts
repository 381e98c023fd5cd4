import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { root } from "../../../local/paths.ts";
import { endProcess } from "../../../local/processes.ts";
import type { Order, Report, RunnerOptions } from "./messages.ts";
import { isTimeout } from "./messages.ts";

/** Runs test files in a process of its own, which is replaced when it does not come back. */
export class Runner {
  readonly #options: RunnerOptions;
  #child: ChildProcess | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** What the files came to; undefined where that took too long. */
  async run(order: Order, timeout: number): Promise<Report | undefined> {
    const child = await this.#start();
    const aborted = new AbortController();
    const timer = setTimeout(() => aborted.abort(), timeout);
    const gone = () => aborted.abort(new Error("The process that runs the tests ended by itself."));
    child.once("exit", gone);
    try {
      child.send(order);
      const [report] = (await once(child, "message", { signal: aborted.signal })) as [Report];
      // A test that ran out of time may still be at work in there.
      if (report.failures.some(isTimeout)) await this.stop();
      return report;
    } catch {
      const { reason } = aborted.signal;
      await this.stop();
      if (reason instanceof Error && reason.name === "Error") throw reason;
      return undefined;
    } finally {
      clearTimeout(timer);
      child.off("exit", gone);
    }
  }

  async stop(): Promise<void> {
    const pid = this.#child?.pid;
    this.#child = undefined;
    if (pid) await endProcess(pid, [["SIGKILL", 5_000]]);
  }

  async #start(): Promise<ChildProcess> {
    if (this.#child?.connected) return this.#child;
    // What tests print is for nobody: what counts is reported.
    const child = fork(join(import.meta.dirname, "worker.ts"), [JSON.stringify(this.#options)], {
      cwd: root,
      // In a session of its own: who interrupts us from a terminal does not interrupt it in the middle of a file.
      detached: true,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child = child;
    await once(child, "message");
    return child;
  }
}
