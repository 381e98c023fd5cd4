import { parseArgs } from "node:util";
import { describeFailure } from "../../local/problem.ts";
import { step } from "../../local/progress.ts";
import { describe } from "./report.ts";
import { startGround } from "./stack.ts";
import { runPaymentStorm } from "./storm.ts";

// `npm run storm:payments`: many payments, told of many times over and in no order; then every unit and every cent is
// accounted for. The same as in `npm test`, larger. Ends with 1 where anything does not add up.

try {
  const { payments, deliveries, seed } = readOptions(process.argv.slice(2));
  const ground = await step("A store, a database and Stripe's stand-in of its own", startGround);
  const stop = () => void ground.stop().finally(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.on("disconnect", stop);
  try {
    const began = performance.now();
    const say = (what: string) =>
      console.log(`  ${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${what}`);
    const report = await runPaymentStorm(ground, { payments, deliveries, seed, say });
    console.log(`\n${describe(report, seed)}\n`);
    process.exitCode = report.faults.length > 0 ? 1 : 0;
  } finally {
    await ground.stop();
  }
  process.exit();
} catch (error) {
  console.error(`\n${describeFailure(error)}`);
  process.exit(1);
}

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      payments: { type: "string", default: "5000" },
      deliveries: { type: "string", default: "50000" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    },
  });
  return {
    payments: positive("--payments", values.payments),
    deliveries: positive("--deliveries", values.deliveries),
    seed: positive("--seed", values.seed),
  };
}

function positive(name: string, value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new Error(`${name} is a whole number from 1 on, not "${value}".`);
  return Number(value);
}
