import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive, waitForEnd } from "../../local/processes.ts";

const guard = JSON.stringify(join(import.meta.dirname, "../../local/guard.ts"));

/** A process that starts another, has both it and a folder watched, and tells its id. */
const owner = (folder: string, afterwards: string) => `
  import { spawn } from "node:child_process";
  import { startGuard } from ${guard};
  const guard = startGuard();
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
  guard.watch({ kind: "folder", path: ${JSON.stringify(folder)} });
  guard.watch({ kind: "process", pid: child.pid, signals: [["SIGTERM", 5000]], group: true });
  setTimeout(() => { process.stdout.write(String(child.pid)); ${afterwards} }, 300);
`;

async function runOwner(afterwards: string) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-unit-"));
  writeFileSync(join(folder, "data"), "");
  const args = ["--input-type=module-typescript", "-e", owner(folder, afterwards)];
  const running = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(running.stdout, "data")) as [Buffer];
  return { running, folder, child: Number(said.toString()) };
}

test("what a killed process had started ends, and its folder goes", async () => {
  const { running, folder, child } = await runOwner("setInterval(() => {}, 1000)");
  expect(isAlive(child)).toBe(true);
  running.kill("SIGKILL");
  expect(await waitForEnd(child, 5_000)).toBe(true);
  await expect.poll(() => existsSync(folder), { timeout: 5_000 }).toBe(false);
});

test("a guard that was dismissed touches nothing", async () => {
  const { running, folder, child } = await runOwner(
    "guard.dismiss(); setTimeout(() => process.exit(0), 300)",
  );
  await once(running, "exit");
  expect(await waitForEnd(child, 500)).toBe(false);
  expect(existsSync(folder)).toBe(true);
  process.kill(child, "SIGKILL");
  rmSync(folder, { recursive: true });
});
