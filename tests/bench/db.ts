import { describeFailure } from "../../local/problem.ts";
import { step } from "../../local/progress.ts";
import { startTestCluster } from "../../local/test-cluster.ts";
import { gatherCrew } from "./crew.ts";
import { createGround } from "./ground.ts";
import { readOptions } from "./options.ts";
import { runPartA } from "./part-a.ts";

// `npm run bench:db`: how fast the database takes holds, beside what it could do at most. docs/benchmarks.md

try {
  const options = readOptions(process.argv.slice(2));
  const { cluster, stoppables } = await startTestCluster();
  const stop = () => void stoppables.stopAll().finally(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.on("disconnect", stop);
  const crew = gatherCrew();
  try {
    const ground = await step("A database of its own", () => createGround(cluster, "bench"));
    if (options.parts.includes("a")) console.log(await runPartA(crew, ground, options));
    await ground.admin.end();
  } finally {
    await crew.dismiss();
    await stoppables.stopAll();
  }
  process.exit(0);
} catch (error) {
  console.error(describeFailure(error));
  process.exit(1);
}
