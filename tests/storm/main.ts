import { describeFailure } from "../../local/problem.ts";
import { readOptions, usage } from "./options.ts";
import { reportOf } from "./report.ts";
import { runStorm } from "./storm.ts";

// `npm run storm`: races shoppers against a store, here or deployed. Exit code 0 only when it kept every promise.

const args = process.argv.slice(2);
if (args.includes("--help") || args.includes("-h")) {
  console.log(usage);
} else {
  try {
    const began = Date.now();
    const say = (line: string) =>
      console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`);
    const verdict = await runStorm(readOptions(args, process.env), say);
    console.log(reportOf(verdict));
    process.exitCode = verdict.passed ? 0 : 1;
  } catch (error) {
    console.error(describeFailure(error));
    process.exitCode = 1;
  }
}
