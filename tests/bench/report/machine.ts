import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { root } from "../../../local/paths.ts";
import type { Options } from "../options.ts";

/** On what the figures were measured, of what, and how: without it they say nothing. */
export function describeRun(
  options: Options,
  { postgres, redis }: { postgres: string; redis?: string | undefined },
): string[] {
  const { parts, isWhole } = options;
  return [
    describePace(options, isWhole ? "" : `: parts ${parts.join(", ")}`),
    ...describeMachine({
      postgres,
      beside: redis ? `Redis ${redis}` : "no Redis (redis-server is not on the PATH)",
    }),
  ];
}

type Pace = { quick: boolean; isWhole: boolean; rounds: number; slice: number };

/** When it ran, and how long. */
export function describePace({ quick, isWhole, rounds, slice }: Pace, changes = ""): string {
  const kind = `${quick ? "quick" : "full"} run${isWhole ? "" : `, changed by options${changes}`}`;
  const now = new Date().toISOString().slice(0, 16).replace("T", " ");
  return `${now} UTC, ${kind}: ${rounds} rounds, slices of ${slice} s`;
}

/** On what it ran, and what else took part in it. */
export function describeMachine({ postgres, beside }: { postgres: string; beside: string }): string[] {
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${cpus()[0]?.model.trim() ?? "unknown CPU"}, ${availableParallelism()} cores, ${memory} GB of memory, ${system()}`,
    `load before the run: ${loadavg()[0]?.toFixed(1)} (of anything but the benchmark; it should be near 0)`,
    `Node ${process.versions.node}, Postgres ${postgres}, ${beside}, commit ${commit()}`,
  ];
}

function system(): string {
  try {
    const name = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
    if (name) return `${name}, Linux ${release().split(".", 2).join(".")}`;
  } catch {}
  return `${platform()} ${release()}`;
}

/** The commit that is measured, and whether the tree says something else. */
function commit(): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  try {
    const isChanged = git("status", "--porcelain", "--", "src", "supabase", "tests/bench") !== "";
    return `${git("rev-parse", "--short", "HEAD")}${isChanged ? " with changes" : ""}`;
  } catch {
    return "unknown";
  }
}
