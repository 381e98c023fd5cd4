import { spawn } from "node:child_process";
import type { Environment } from "../../local/environment.ts";
import { root } from "../../local/paths.ts";

/** How a command ended, and what it said on both streams, in the order in which it came. */
export type Ended = { code: number | null; output: string };

/** `npm run <script> -- <args>` in a process of its own, as a person types it. `changes` stand over this environment. */
export function npmRun(script: string, args: string[], changes: Environment = {}): Promise<Ended> {
  // Vitest sets it to `test`; a person does not.
  const { NODE_ENV: _, ...environment } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn("npm", ["run", "--silent", script, "--", ...args], {
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
