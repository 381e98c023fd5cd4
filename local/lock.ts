import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { root } from "./paths.ts";
import { Problem } from "./problem.ts";
import { commandOf, endProcess, isAlive } from "./processes.ts";

type Run = { pid: number; url: string; started: number[] };

export type Lock = {
  /** Where the store answers, for whoever tries to start a second one. */
  setUrl(url: string): void;
  /** A process of this run, to be ended by the next run should this one be killed. */
  addProcess(pid: number): void;
  release(): void;
};

/**
 * One `npm run dev` per clone: a second would fight over the same data. The lock of a run that was killed
 * (or lost its machine) is taken over, after ending what it left running.
 */
export async function takeLock(file: string): Promise<Lock> {
  const run: Run = { pid: process.pid, url: "", started: [] };
  const write = (flag: "wx" | "w") => writeFileSync(file, JSON.stringify(run), { flag });
  try {
    write("wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    await takeOver(readRun(file));
    write("w");
  }
  return {
    setUrl(url) {
      run.url = url;
      write("w");
    },
    addProcess(pid) {
      run.started.push(pid);
      write("w");
    },
    release: () => rmSync(file, { force: true }),
  };
}

async function takeOver(old: Run | undefined): Promise<void> {
  if (!old) return;
  if (isAlive(old.pid) && /dev\.ts|^$/.test(commandOf(old.pid))) {
    const where = old.url ? `${old.url}, ` : "";
    throw new Problem(
      `Holdfast already runs from this folder (${where}process ${old.pid}): use it, or stop it with Ctrl-C there or "kill ${old.pid}".`,
    );
  }
  // Numbers of processes are reused: only those that still run something from this clone are ours.
  const left = old.started.filter((pid) => isAlive(pid) && commandOf(pid).includes(root));
  await Promise.all(
    left.map((pid) =>
      endProcess(
        pid,
        [
          ["SIGTERM", 5_000],
          ["SIGKILL", 5_000],
        ],
        true,
      ),
    ),
  );
}

function readRun(file: string): Run | undefined {
  try {
    const { pid, url = "", started = [] } = JSON.parse(readFileSync(file, "utf8")) as Partial<Run>;
    return pid ? { pid, url, started } : undefined;
  } catch {
    return undefined;
  }
}
