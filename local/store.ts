import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "./environment.ts";
import { root } from "./paths.ts";
import { Problem } from "./problem.ts";
import { type Service, startService, tailOf } from "./service.ts";
import type { Stoppables } from "./stoppables.ts";

export const nextProgram = createRequire(import.meta.url).resolve("next/dist/bin/next");

export type Store = Service & {
  url: string;
  /** Shows what Next says from now on, and what it said so far if the first page failed. */
  speak(): void;
};

export type StoreOptions = {
  mode: "dev" | "start";
  port: number;
  environment: Environment;
  /** Where its output goes instead of being kept back. */
  logFile?: string;
};

/**
 * Starts Next and waits until its first page is answered, which in `dev` means compiled.
 * What it says is kept back until `speak()`.
 */
export async function startStore(options: StoreOptions, stoppables: Stoppables): Promise<Store> {
  const { mode, port, environment, logFile } = options;
  const colors = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const service = startService(
    {
      script: nextProgram,
      args: [mode, "--port", String(port), "--hostname", "127.0.0.1"],
      cwd: root,
      ...(logFile && { logFile }),
      env: {
        ...process.env,
        ...environment,
        ...colors,
        NODE_ENV: mode === "dev" ? "development" : "production",
      },
    },
    stoppables,
  );
  const output = holdBack(service);
  const url = `http://localhost:${port}`;
  const gaveUp = new AbortController();
  void service.ended.then(() => gaveUp.abort());
  const firstStatus = await firstAnswer(url, gaveUp.signal);
  if (firstStatus === undefined)
    throw new Problem(`Next did not start; it said:\n${logFile ? tailOf(logFile) : output.text()}`);
  return { ...service, url, speak: () => output.passOn(firstStatus >= 500) };
}

async function firstAnswer(url: string, signal: AbortSignal): Promise<number | undefined> {
  while (!signal.aborted) {
    try {
      return (await fetch(url, { redirect: "manual", signal })).status;
    } catch {
      await sleep(100);
    }
  }
  return undefined;
}

function holdBack({ child }: Service) {
  let kept = "";
  let through = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      if (through) process.stdout.write(text);
      else kept = (kept + text).slice(-20_000);
    });
  }
  return {
    text: () => kept.trim(),
    passOn(withKept: boolean) {
      through = true;
      if (withKept) process.stdout.write(kept);
    },
  };
}
