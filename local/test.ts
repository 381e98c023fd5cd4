import { spawn } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureChromium } from "./chromium.ts";
import { refuseForeignFiles } from "./ownership.ts";
import { root, stateDir } from "./paths.ts";
import { describeFailure } from "./problem.ts";
import { seconds } from "./progress.ts";
import { lastLine, type Outcome, outcomeOf, type Report, sum } from "./results.ts";
import { readSelection, type Suite } from "./suites.ts";

// `npm test`: every suite in turn, and one line at the end that counts them all.

// A log is read as text; biome would paint every letter of it.
const isLog = !process.stdout.isTTY;
if (isLog) process.env.NO_COLOR = "1";

const checks: [name: string, commands: string[][]][] = [
  ["lint and format", [["biome", "ci", ".", ...(isLog ? ["--colors=off"] : [])]]],
  [
    "types",
    [
      ["next", "typegen"],
      ["tsc", "--noEmit"],
    ],
  ],
  ["database types", [["node", "local/database-types.ts", "--check"]]],
  ["database schema and rights", [["node", "local/schema-snapshot.ts", "--check"]]],
];

let running: ReturnType<typeof spawn> | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    running?.once("exit", () => process.exit(1));
    running?.kill(signal);
    if (!running) process.exit(1);
  });
}

try {
  const { suites, vitestArgs } = readSelection(process.argv.slice(2));
  refuseForeignFiles(root);
  const outcomes: Outcome[] = [];
  for (const suite of suites) outcomes.push(await runSuite(suite, vitestArgs));
  const total = sum(outcomes);
  list("Skipped", total.skipped);
  list("Failed", total.failed);
  console.log(`\n${lastLine(total)}`);
  process.exitCode = total.failed.length > 0 ? 1 : 0;
} catch (error) {
  console.error(`\n${describeFailure(error)}`);
  process.exitCode = 1;
}

async function runSuite(suite: Suite, vitestArgs: string[]): Promise<Outcome> {
  const start = Date.now();
  console.log(`\n── ${suite}`);
  try {
    const outcome = suite === "checks" ? await runChecks() : await runVitest(suite, vitestArgs);
    console.log(`── ${suite}: ${lastLine(outcome)} (${seconds(Date.now() - start)})`);
    return outcome;
  } catch (error) {
    console.error(describeFailure(error));
    return { passed: 0, failed: [`${suite}: could not run`], skipped: [] };
  }
}

async function runChecks(): Promise<Outcome> {
  const outcome: Outcome = { passed: 0, failed: [], skipped: [] };
  for (const [name, commands] of checks) {
    let isGood = true;
    for (const command of commands) isGood &&= (await run(command)) === 0;
    console.log(`   ${isGood ? "✓" : "✗"} ${name}`);
    if (isGood) outcome.passed++;
    else outcome.failed.push(`checks: ${name}`);
  }
  return outcome;
}

async function runVitest(suite: Suite, vitestArgs: string[]): Promise<Outcome> {
  if (globSync(`tests/${suite}/**/*.test.{ts,tsx}`, { cwd: root }).length === 0) {
    console.log("   no test files");
    return { passed: 0, failed: [], skipped: [] };
  }
  if (suite === "e2e") ensureChromium();
  const reportFile = join(stateDir, "results", `${suite}.json`);
  mkdirSync(join(stateDir, "results"), { recursive: true });
  rmSync(reportFile, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const exitCode = await run(["vitest", "run", `--project=${suite}`, ...reporters, ...vitestArgs]);
  const report = existsSync(reportFile)
    ? (JSON.parse(readFileSync(reportFile, "utf8")) as Report)
    : undefined;
  return outcomeOf(suite, report, exitCode);
}

/** Runs a program of node_modules/.bin (on the PATH thanks to bootstrap.mjs), its output shown as it comes. */
function run([program = "", ...args]: string[]): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const isWindows = process.platform === "win32";
    running = spawn(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], shell: isWindows });
    running.once("error", reject);
    running.once("exit", (code) => {
      running = undefined;
      resolve(code);
    });
  });
}

function list(title: string, names: string[]): void {
  if (names.length === 0) return;
  console.log(`\n${title}:`);
  for (const name of names.slice(0, 100)) console.log(`  ${name}`);
  if (names.length > 100) console.log(`  … and ${names.length - 100} more`);
}
