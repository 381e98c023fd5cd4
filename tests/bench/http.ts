import { describeFailure } from "../../local/problem.ts";
import { step } from "../../local/progress.ts";
import { startTestCluster } from "../../local/test-cluster.ts";
import { prepareGround } from "./http/ground.ts";
import { type Options, readOptions } from "./http/options.ts";
import { writeReport } from "./http/report.ts";
import { noResults, type Results, runRound } from "./http/rounds.ts";
import { gatewayName, startBare, startTheStore } from "./http/servers.ts";
import { describeMachine, describePace } from "./report/machine.ts";
import { putOnPage } from "./report/page.ts";

// `npm run bench:http`: how fast the store takes holds over HTTP, beside the least that Next can do. docs/benchmarks.md

try {
  const args = process.argv.slice(2);
  const options = readOptions(args);
  const command = ["npm run bench:http", ...(args.length > 0 ? ["--", ...args] : [])].join(" ");
  const report = await run(options, command);
  console.log(`\n${report}\n`);
  if (options.isWhole) putOnPage(report, "bench:http");
  console.log(options.isWhole ? "Written to docs/benchmarks.md" : "Not written down: only whole runs are.");
  process.exit(0);
} catch (error) {
  console.error(`\n${describeFailure(error)}`);
  process.exit(1);
}

async function run(options: Options, command: string): Promise<string> {
  const { cluster, stoppables } = await startTestCluster();
  const stop = () => void stoppables.stopAll().finally(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.on("disconnect", stop);
  try {
    const about = [
      describePace(options),
      ...describeMachine({ postgres: cluster.version, beside: `gateway ${gatewayName()}` }),
      "limits per address are off; every request comes from a stranger, who becomes a guest",
    ];
    console.log(`\n${about.map((line) => `  ${line}`).join("\n")}\n`);
    const ground = await step("A database of its own", () => prepareGround(cluster));
    const store = await step("The store", () => startTheStore(cluster, ground.database, stoppables));
    const bare = await step("The bare handler", () => startBare(stoppables));
    // Code that was never run is slow in every process: servers, gateway and Postgres' plans get warm first.
    await step("Warming up", () =>
      runRound({ store, bare }, ground, 16, options.quick ? 3 : 10, noResults()),
    );
    const found = new Map<number, Results>(options.clients.map((clients) => [clients, noResults()]));
    for (let round = 1; round <= options.rounds; round++) {
      for (const [clients, results] of found) {
        await step(`Round ${round} of ${options.rounds}: ${clients} clients`, () =>
          runRound({ store, bare }, ground, clients, options.slice, results),
        );
      }
    }
    await ground.verifyAll();
    await ground.close();
    return writeReport(command, about, found);
  } finally {
    await stoppables.stopAll();
  }
}
