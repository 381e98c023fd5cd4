import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { root, stateDir } from "./paths.ts";
import { describeFailure, Problem } from "./problem.ts";
import { createMigratedDatabase, startTestCluster } from "./test-cluster.ts";

// `npm run types` and `npm run types:check`: the database types are what the migrations say, never typed by hand.

const file = join(root, "src", "lib", "supabase", "database.types.ts");
const name = relative(root, file);

try {
  const mode = process.argv[2];
  const generated = await generate();
  if (mode === "--write") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, generated);
    console.log(`Wrote ${name}`);
  } else if (!existsSync(file) || readFileSync(file, "utf8") !== generated) {
    throw new Problem(`${name} is not what the migrations say: run "npm run types" and commit it.`);
  } else {
    console.log(`${name} is what the migrations say`);
  }
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = 1;
}

async function generate(): Promise<string> {
  const { cluster, stoppables } = await startTestCluster();
  try {
    await createMigratedDatabase(cluster, "types");
    return await askSupabase(cluster.url("types", "postgres"));
  } finally {
    await stoppables.stopAll();
  }
}

/** The official generator of the Supabase CLI, which needs a connection string and neither account nor Docker. */
async function askSupabase(url: string): Promise<string> {
  const args = ["gen", "types", "typescript", `--remote=${url}`, "--schema", "public"];
  const types = await run("supabase", args, "");
  if (!types.startsWith("export type Json")) throw new Problem(`supabase gen types answered: ${types}`);
  return run("biome", ["format", "--stdin-file-path=types.ts"], types);
}

async function run(program: string, args: string[], input: string): Promise<string> {
  const home = join(stateDir, "supabase-cli");
  // The cluster listens on this machine only and speaks no TLS: say so, or the generator warns on its output.
  const env = { ...process.env, PGSSLMODE: "disable", SUPABASE_TELEMETRY_DISABLED: "1", SUPABASE_HOME: home };
  const options = { cwd: root, env, maxBuffer: 16 * 1024 * 1024 };
  const running = promisify(execFile)(join(root, "node_modules", ".bin", program), args, options);
  running.child.stdin?.end(input);
  return (await running).stdout.trimStart();
}
