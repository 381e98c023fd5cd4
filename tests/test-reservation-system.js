// The storm under the name by which people look for it: the same as `npm run storm`, with the same options. Races
// for the last units, expiry, orders from payments, consistency and stress: tests/storm/ does it, over HTTP.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const bootstrap = fileURLToPath(new URL("../local/bootstrap.mjs", import.meta.url));
const args = [bootstrap, "../tests/storm/main.ts", ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
