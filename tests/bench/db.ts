import { describeFailure } from "../../local/problem.ts";
import { step } from "../../local/progress.ts";
import { startTestCluster } from "../../local/test-cluster.ts";
import { gatherCrew } from "./clients/crew.ts";
import { prepareGrounds } from "./ground/ground.ts";
import { type Options, readOptions } from "./options.ts";
import { allParts } from "./parts/all.ts";
import type { PartReport } from "./parts/bench.ts";
import { startRedis } from "./redis.ts";
import { describeRun } from "./report/machine.ts";
import { putOnPage, writeReport } from "./report/page.ts";

/** As hosts set it for a server of 4 GB: the default of 128 MB measures how a million holds do not fit into it. */
const sharedBuffers = "1GB";

// `npm run bench:db`: how fast the database takes holds, beside the most that it could do. docs/benchmarks.md

try {
  const args = process.argv.slice(2);
  const options = readOptions(args);
  const report = await run(
    options,
    ["npm run bench:db", ...(args.length > 0 ? ["--", ...args] : [])].join(" "),
  );
  console.log(`\n${report}\n`);
  if (options.isWhole) putOnPage(report, "bench:db");
  console.log(options.isWhole ? "Written to docs/benchmarks.md" : "Not written down: only whole runs are.");
  process.exit(0);
} catch (error) {
  console.error(`\n${describeFailure(error)}`);
  if (error instanceof Error && error.cause) console.error(error.cause);
  process.exit(1);
}

async function run(options: Options, command: string): Promise<string> {
  const { cluster, stoppables } = await startTestCluster({ shared_buffers: sharedBuffers });
  const stop = () => void stoppables.stopAll().finally(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.on("disconnect", stop);
  const crew = gatherCrew();
  try {
    const redis = await startRedis(stoppables);
    const about = describeRun(options, {
      postgres: `${cluster.version} (shared_buffers ${sharedBuffers})`,
      redis: redis?.version,
    });
    console.log(`\n${about.map((line) => `  ${line}`).join("\n")}\n`);
    await step("A database of its own", () => prepareGrounds(cluster));
    const reports: PartReport[] = [];
    for (const part of options.parts) {
      console.log(`\n  Part ${part.toUpperCase()}`);
      reports.push(await allParts[part]({ cluster, crew, options, redis }));
    }
    redis?.control.end();
    return writeReport(command, about, reports);
  } finally {
    await crew.dismiss();
    await stoppables.stopAll();
  }
}
