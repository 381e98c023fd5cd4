import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBackend } from "./backend.ts";
import { startCrons } from "./cron.ts";
import { localSettingsFile } from "./doctor/options.ts";
import { type Environment, readEnvironment, storeEnvironment, usesHostedSupabase } from "./environment.ts";
import { startGuard } from "./guard.ts";
import { loadKeys } from "./keys.ts";
import { takeLock } from "./lock.ts";
import { startOutside } from "./outside.ts";
import { refuseForeignFiles } from "./ownership.ts";
import { root, stateDir } from "./paths.ts";
import { exactPort, portNear } from "./ports.ts";
import { describeFailure, Problem } from "./problem.ts";
import { seconds, step } from "./progress.ts";
import { createStoppables } from "./stoppables.ts";
import { startStore } from "./store.ts";

// `npm run dev`: the whole store on this machine, and nothing of it left behind when it ends.

const startedAt = Date.now();
const stoppables = createStoppables(startGuard());
let isStopping = false;

function stop(exitCode: number): void {
  if (isStopping) return;
  isStopping = true;
  void stoppables.stopAll().finally(() => process.exit(exitCode));
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(0));
// The process that started us is gone without a word.
process.on("disconnect", () => stop(0));
// A closed terminal is no reason to die before everything is stopped.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

try {
  await start(readArguments());
} catch (error) {
  if (!isStopping) console.error(`\n${describeFailure(error)}`);
  stop(1);
}

async function start({ reset }: { reset: boolean }): Promise<void> {
  const environment = readEnvironment(root, process.env);
  const isHosted = usesHostedSupabase(environment);
  if (isHosted && reset) throw new Problem("--reset is for the local database; yours is a Supabase project.");
  refuseForeignFiles(root);
  mkdirSync(stateDir, { recursive: true });
  const lock = await takeLock(join(stateDir, "dev.lock"));
  stoppables.add(lock.release);
  stoppables.onStart(lock.addProcess);

  const keys = loadKeys(join(stateDir, "keys.json"));
  const wanted = environment.PORT;
  const port = wanted ? await exactPort(wanted) : await portNear(3000);
  const siteUrl = `http://localhost:${port}`;

  console.log(`\n  Holdfast${isHosted ? ` with ${environment.NEXT_PUBLIC_SUPABASE_URL}` : ""}`);
  const outside = await startOutside({ set: environment, storePort: port, reset }, stoppables);
  const smtpUrl = outside.mailbox?.smtpUrl;
  const backend = isHosted ? undefined : await startBackend({ keys, siteUrl, reset, smtpUrl }, stoppables);
  const settings = { ...storeEnvironment(keys, backend?.api.url, environment), ...outside.environment };
  const store = await step("Store", async (say) => {
    if (!wanted && port !== 3000) say(`port 3000 is taken, so on ${port}`);
    return startStore({ mode: "dev", port, environment: settings }, stoppables);
  });
  lock.setUrl(store.url);
  console.log(`\n  ${store.url}   ready in ${seconds(Date.now() - startedAt)}, Ctrl-C stops it`);
  if (outside.mailbox) console.log(`  ${outside.mailbox.url}   every mail of this store`);
  if (outside.stripe)
    console.log(`  ${outside.stripe.url}   Stripe's stand-in: its pay page opens when you check out`);
  console.log();
  store.speak();
  // A hosted project has its own scheduler, and may have its own customers.
  if (backend) {
    startCrons(store.url, settings.CRON_SECRET ?? "", (line) => console.log(`  ${line}`), stoppables);
    noteSettings({
      ...settings,
      STORE_URL: store.url,
      DATABASE_URL: backend.cluster.url("postgres", "postgres"),
    });
  }

  const ended = await Promise.race([
    store.ended.then(() => "Next"),
    ...(backend ? [backend.api.ended.then(() => "The Supabase API")] : []),
    ...(backend ? [backend.cluster.ended.then(() => "Postgres")] : []),
  ]);
  throw new Problem(`${ended} ended by itself: what it said last is in .local/logs or above; start again.`);
}

/** For `npm run doctor`, and for whoever starts a production build beside it. Only this account may read it. */
function noteSettings(settings: Environment): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name}="${value ?? ""}"\n`);
  writeFileSync(localSettingsFile(stateDir), lines.join(""), { mode: 0o600 });
}

function readArguments(): { reset: boolean } {
  try {
    const { values } = parseArgs({ options: { reset: { type: "boolean", default: false } } });
    return values;
  } catch {
    throw new Problem(
      'The only option is --reset: "npm run dev -- --reset" starts over with an empty database.',
    );
  }
}
