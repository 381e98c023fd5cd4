import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { platform } from "node:os";
import { delimiter, join } from "node:path";
import { isRoot } from "./postgres/account.ts";
import { Problem } from "./problem.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const usualPlaces = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ...["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap((name) => {
    const folder = process.env[name];
    return folder ? [join(folder, "Google", "Chrome", "Application", "chrome.exe")] : [];
  }),
];

/** A Chromium or Chrome of this machine: the one named by CHROMIUM_PATH, or the first in the usual places. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = environment.CHROMIUM_PATH;
  if (named) {
    if (isProgram(named)) return named;
    throw new Problem(`CHROMIUM_PATH is "${named}", where there is no program: correct it, or leave it out.`);
  }
  const folders = (environment.PATH ?? "").split(delimiter).filter(Boolean);
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...onPath, ...usualPlaces].find(isProgram);
}

/** Finds Chromium, installing Debian's where that takes no question to anybody: as root, with apt-get. */
export function ensureChromium(): string {
  const found = findChromium() ?? installFromDebian();
  if (found) return found;
  throw new Problem(
    "The browser tests need Chromium or Chrome: install one, or set CHROMIUM_PATH to where it is.",
  );
}

function installFromDebian(): string | undefined {
  if (platform() !== "linux" || !isRoot || !existsSync("/usr/bin/apt-get")) return undefined;
  console.log("  Installing Chromium with apt-get (once)");
  const options = { encoding: "utf8", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
  spawnSync("/usr/bin/apt-get", ["update", "-q"], options);
  const flags = ["install", "-y", "-q", "--no-install-recommends", "chromium"];
  const { status, stderr } = spawnSync("/usr/bin/apt-get", flags, options);
  if (status !== 0) console.error(stderr);
  return findChromium();
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
