import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./paths.ts";
import { describeFailure, Problem } from "./problem.ts";
import { readAccessMatrix } from "./schema-snapshot-access.ts";
import { shortDiff } from "./schema-snapshot-diff.ts";
import { readCatalogue, readSchemaSnapshot } from "./schema-snapshot-text.ts";
import { createMigratedDatabase, startTestCluster } from "./test-cluster.ts";

// `npm run schema` and `npm run schema:check`: what the migrations come to, and whom it lets in, as files that a
// reviewer reads.

const files = [
  { file: join(root, "supabase", "schema.snapshot.sql"), read: readSchemaSnapshot },
  { file: join(root, "tests", "db", "access-matrix.txt"), read: readAccessMatrix },
];

try {
  const isWriting = process.argv[2] === "--write";
  const differences: string[] = [];
  for (const { file, text } of await generate()) {
    const name = relative(root, file);
    const committed = existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r\n", "\n") : "";
    if (isWriting) {
      writeFileSync(file, text);
      console.log(committed === text ? `${name} is as it was` : `Wrote ${name}`);
    } else if (committed === text) {
      console.log(`${name} is what the migrations say`);
    } else {
      differences.push(`${name} is not what the migrations say:\n${shortDiff(committed, text)}`);
    }
  }
  if (differences.length > 0) {
    throw new Problem(`${differences.join("\n\n")}\n\nRun "npm run schema", read the diff, and commit it.`);
  }
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = 1;
}

async function generate(): Promise<{ file: string; text: string }[]> {
  const { cluster, stoppables } = await startTestCluster();
  try {
    await createMigratedDatabase(cluster, "snapshot");
    const generated = [];
    for (const { file, read } of files) {
      generated.push({ file, text: await readCatalogue(cluster.url("snapshot", "postgres"), read) });
    }
    return generated;
  } finally {
    await stoppables.stopAll();
  }
}
