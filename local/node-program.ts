import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { root, stateDir } from "./paths.ts";

/** Runs a program of node_modules/.bin to its end and answers what it printed. */
export async function runNodeProgram(program: string, args: string[], input = ""): Promise<string> {
  const home = join(stateDir, "supabase-cli");
  // The cluster listens on this machine only and speaks no TLS: say so, or the Supabase CLI warns on its output.
  const env = { ...process.env, PGSSLMODE: "disable", SUPABASE_TELEMETRY_DISABLED: "1", SUPABASE_HOME: home };
  const options = { cwd: root, env, maxBuffer: 16 * 1024 * 1024 };
  const running = promisify(execFile)(join(root, "node_modules", ".bin", program), args, options);
  running.child.stdin?.end(input);
  return (await running).stdout.trimStart();
}
