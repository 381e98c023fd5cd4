import { spawn } from "node:child_process";
import type { Environment } from "../../local/environment.ts";
import { root } from "../../local/paths.ts";

/** How a command ended, and what it said on both streams, in the order in which it came. */
export type Ended = { code: number | null; output: string };

/** A command in a process of its own, in the folder of the project. `changes` stand over this environment. */
export function run(command: string, args: string[], changes: Environment = {}): Promise<Ended> {
  // Vitest sets it to `test`; a person does not.
  const { NODE_ENV: _, ...environment } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...environment, ...changes } as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** `npm run <script> -- <args>`, as a person types it. */
export const npmRun = (script: string, args: string[], changes: Environment = {}): Promise<Ended> =>
  run("npm", ["run", "--silent", script, "--", ...args], changes);
