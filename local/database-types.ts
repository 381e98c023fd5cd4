import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { runNodeProgram } from "./node-program.ts";
import { root } from "./paths.ts";
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
  const types = await runNodeProgram("supabase", args);
  if (!types.startsWith("export type Json")) throw new Problem(`supabase gen types answered: ${types}`);
  return runNodeProgram("biome", ["format", "--stdin-file-path=types.ts"], types);
}
