// The way in: `node local/bootstrap.mjs dev.ts`. Runs under any Node from 20 on with nothing installed, installs
// what package-lock.json says, and goes on in TypeScript under the Node that the project itself brings.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [entry, ...args] = process.argv.slice(2);

if (Number(process.versions.node.split(".")[0]) < 20) {
  refuse(`This is Node ${process.versions.node}: install Node 20 or newer, then run this again.`);
}
if (!isInstalled()) install();

const windows = process.platform === "win32";
const node = join(root, "node_modules", "node", "bin", windows ? "node.exe" : "node");
if (!existsSync(node)) {
  refuse('The install scripts of "node" did not run: set ignore-scripts=false, then run "npm ci".');
}
// After "--" Node leaves the rest alone: it would read a file that --env-file names by itself, or end without one.
const child = spawn(node, ["--", join(root, "local", entry), ...args], {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  env: {
    ...process.env,
    PATH: join(root, "node_modules", ".bin") + delimiter + process.env.PATH,
    NEXT_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
  },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
// npm runs us through a shell, and neither passes every signal on: when npm was told to end or killed, all that we
// see is that our forebears are others.
const forebears = readForebears();
if (process.env.npm_lifecycle_event) {
  setInterval(() => readForebears() !== forebears && child.kill("SIGTERM"), 500).unref();
}
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

/** The shell, and where /proc tells it also the npm above. */
function readForebears() {
  try {
    const [, npm] = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${process.ppid}/status`, "utf8"));
    return `${process.ppid} ${npm}`;
  } catch {
    return `${process.ppid}`;
  }
}

/** Compares what is installed with the lock file, package by package; times of files say nothing after a checkout. */
function isInstalled() {
  try {
    const wanted = packagesIn("package-lock.json");
    const found = packagesIn("node_modules/.package-lock.json");
    const fits = ([path, { version, optional }]) =>
      path === "" || found[path]?.version === version || (optional && !found[path]);
    return Object.entries(wanted).every(fits);
  } catch {
    return false;
  }
}

function packagesIn(file) {
  return JSON.parse(readFileSync(join(root, file), "utf8")).packages;
}

function install() {
  process.stdout.write("  Installing packages (once) … ");
  const start = Date.now();
  const npm = process.env.npm_execpath;
  const flags = ["ci", "--include=dev", "--no-audit", "--no-fund"];
  const options = { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 };
  const result = npm?.endsWith("js")
    ? spawnSync(process.execPath, [npm, ...flags], options)
    : spawnSync("npm", flags, { ...options, shell: process.platform === "win32" });
  if (result.status !== 0) {
    process.stdout.write("failed\n");
    process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? result.error ?? ""}\n`);
    refuse(
      '"npm ci" failed as shown above: mend that (is the npm registry reachable?), then run this again.',
    );
  }
  process.stdout.write(`${((Date.now() - start) / 1000).toFixed(1)} s\n`);
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
