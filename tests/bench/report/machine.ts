import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { root } from "../../../local/paths.ts";
import type { Options } from "../options.ts";

/** On what the figures were measured, of what, and how: without it they say nothing. */
export function describeRun(
  options: Options,
  versions: { postgres: string; redis?: string | undefined },
): string[] {
  const { quick, isWhole, rounds, slice, parts } = options;
  const kind = `${quick ? "quick" : "full"} run`;
  const which = isWhole ? kind : `${kind}, changed by options: parts ${parts.join(", ")}`;
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, ${which}: ${rounds} rounds, slices of ${slice} s`,
    `${cpus()[0]?.model.trim() ?? "unknown CPU"}, ${availableParallelism()} cores, ${memory} GB of memory, ${system()}`,
    `load before the run: ${loadavg()[0]?.toFixed(1)} (of anything but the benchmark; it should be near 0)`,
    `Node ${process.versions.node}, Postgres ${versions.postgres}, ${versions.redis ? `Redis ${versions.redis}` : "no Redis (redis-server is not on the PATH)"}, commit ${commit()}`,
  ];
}

function system(): string {
  try {
    const name = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
    if (name) return `${name}, Linux ${release()}`;
  } catch {}
  return `${platform()} ${release()}`;
}

/** The commit that is measured, and whether the tree says something else. */
function commit(): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  try {
    const isChanged = git("status", "--porcelain", "--", "supabase", "tests/bench") !== "";
    return `${git("rev-parse", "--short", "HEAD")}${isChanged ? " with changes" : ""}`;
  } catch {
    return "unknown";
  }
}
