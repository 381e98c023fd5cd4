import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { root } from "../../local/paths.ts";

// `npm run fuzz`: what `npm test` fuzzes, with many times the inputs and elsewhere each time.
// `-- --times 100` for more of them, `-- --seed 7` to look where a failure was found.

const { values } = parseArgs({
  options: { seed: { type: "string" }, times: { type: "string", default: "25" } },
});
const seed = values.seed ?? String(randomInt(2 ** 31));
console.log(`Again: npm run fuzz -- --seed ${seed} --times ${values.times}`);
const { status } = spawnSync("vitest", ["run", "--project=api", "tests/api/fuzz"], {
  cwd: root,
  stdio: "inherit",
  shell: process.platform === "win32",
  env: { ...process.env, HOLDFAST_FUZZ_SEED: seed, HOLDFAST_FUZZ_TIMES: values.times },
});
process.exitCode = status ?? 1;
