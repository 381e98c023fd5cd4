import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { readMigrations } from "../database/migrations.ts";
import { migrationsDir, root, stateDir } from "../paths.ts";
import { describeFailure } from "../problem.ts";
import { checks } from "./checks/index.ts";
import { examine, exitCodeOf, textOf } from "./examine.ts";
import { readDoctorOptions, usage } from "./options.ts";

// `npm run doctor`: what is missing or unsafe in a configuration, here or hosted, by name. Changes nothing; with a
// store's address it has it sweep once, to see that the cron secret fits.

const args = process.argv.slice(2);
if (args.includes("--help") || args.includes("-h")) console.log(usage);
else await main();

async function main(): Promise<void> {
  try {
    const options = readDoctorOptions(args, process.env, { folder: root, stateDir });
    const { settings, isProduction, isStrict, databaseUrl, storeUrl } = options;
    // No prepared statements: it may be a pooler in transaction mode.
    const sql = databaseUrl
      ? postgres(databaseUrl, { max: 1, prepare: false, connect_timeout: 10, onnotice: () => {} })
      : undefined;
    console.log(`\n  ${isProduction ? "As for real shoppers" : "As for trying"}\n`);
    const report = await examine(checks, {
      settings,
      isProduction,
      localSecrets: readLocalSecrets(),
      migrations: readMigrations(migrationsDir),
      now: Date.now,
      ...(sql && { sql }),
      ...(storeUrl && { storeUrl }),
    });
    await sql?.end();
    console.log(textOf(report));
    process.exitCode = exitCodeOf(report, isStrict);
  } catch (error) {
    console.error(describeFailure(error));
    process.exitCode = 1;
  }
}

function readLocalSecrets(): string[] {
  const file = join(stateDir, "keys.json");
  return existsSync(file)
    ? Object.values(JSON.parse(readFileSync(file, "utf8")) as Record<string, string>)
    : [];
}
