import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../../local/paths.ts";
import type { Order, RunnerOptions } from "./messages.ts";

// A process that runs files of the suite `db` when its parent says so, again and again. Test files are evaluated anew
// each time; what they import, they share.

const options = JSON.parse(process.argv[2] ?? "{}") as RunnerOptions;
const src = pathToFileURL(join(root, "src")).href;
const harness = pathToFileURL(join(import.meta.dirname, "harness.ts")).href;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === "vitest" && context.parentURL !== harness) return { url: harness, shortCircuit: true };
    if (specifier.startsWith("@/")) {
      return next(pathToFileURL(join(root, "src", `${specifier.slice(2)}.ts`)).href, context);
    }
    // As bundlers do, files of the store name each other without their ending.
    if (/^\.{1,2}\/[^.]+$/.test(specifier) && context.parentURL?.startsWith(src)) {
      return next(`${specifier}.ts`, context);
    }
    return next(specifier, context);
  },
});
// The work of a test that has failed may go on for a while, and fail once more: that says nothing about the next.
process.on("unhandledRejection", () => {});

const { runFiles } = (await import(harness)) as typeof import("./harness.ts");
let orders = 0;

process.on("message", async (order: Order) => {
  const run = ++orders;
  const load = (file: string) => import(`${pathToFileURL(join(root, file)).href}?run=${run}`);
  process.send?.(await runFiles(order, options, load));
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
