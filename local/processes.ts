import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { platform } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** True while a process with this id exists (a zombie, which only its parent can reap, does not count). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return platform() !== "linux" || !/^State:\s+Z/m.test(readOrEmpty(`/proc/${pid}/status`));
}

/** The command line of a process, or "" where it cannot be known: ids are reused, so look before you kill. */
export function commandOf(pid: number): string {
  if (platform() === "linux") return readOrEmpty(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
  if (platform() === "win32") return "";
  try {
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}

/** Resolves to whether the process was gone in time. */
export async function waitForEnd(pid: number, milliseconds: number): Promise<boolean> {
  const until = Date.now() + milliseconds;
  while (isAlive(pid)) {
    if (Date.now() > until) return false;
    await sleep(25);
  }
  return true;
}

/** Sends each signal in turn, giving the process time to obey before the next. A group if `-pid` may be one. */
export async function endProcess(
  pid: number,
  signals: [NodeJS.Signals, number][],
  group = false,
): Promise<void> {
  for (const [signal, patience] of signals) {
    try {
      process.kill(group && platform() !== "win32" ? -pid : pid, signal);
    } catch {
      if (!isAlive(pid)) return;
    }
    if (await waitForEnd(pid, patience)) return;
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
