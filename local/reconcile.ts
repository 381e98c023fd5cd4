import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readEnvironment } from "./environment.ts";
import { loadKeys } from "./keys.ts";
import { root, stateDir } from "./paths.ts";
import { describeFailure, Problem } from "./problem.ts";

// `npm run reconcile`: asks a running store, part by part, where its orders, holds and Stripe disagree.

type Finding = {
  kind: string;
  orderNumber: number | null;
  paymentId: string | null;
  expected: string | null;
  found: string | null;
};
type Part = { compared: number; findings: Finding[]; next: string | null };

try {
  const { url, secret } = target();
  console.log(`\n  Comparing orders, holds and Stripe: ${url}\n`);
  const findings = await readAll(url, secret);
  if (findings.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(`\n${describeFailure(error)}`);
  process.exitCode = 2;
}

async function readAll(url: string, secret: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  let compared = 0;
  let next: string | null = null;
  do {
    const part = await readPart(url, secret, next);
    compared += part.compared;
    next = part.next;
    for (const finding of part.findings) console.log(`  ${sentenceOf(finding)}`);
    findings.push(...part.findings);
    console.log(`  … ${compared} payments compared${next === null ? "" : ", going on"}`);
  } while (next !== null);
  console.log(`\n  ${compared} payments, ${findings.length} findings\n`);
  return findings;
}

async function readPart(url: string, secret: string, after: string | null): Promise<Part> {
  const address = `${url}/api/cron/reconcile${after === null ? "" : `?after=${after}`}`;
  const response = await fetch(address, { headers: { authorization: `Bearer ${secret}` } }).catch(() => {
    throw new Problem(`${url} does not answer: start the store, or name another one with --url.`);
  });
  if (response.ok) return (await response.json()) as Part;
  const { code, title } = (await response.json()) as { code?: string; title?: string };
  throw new Problem(`${url} answers ${response.status} ${code}: ${title}.`);
}

function sentenceOf({ kind, orderNumber, paymentId, expected, found }: Finding): string {
  const what = orderNumber === null ? (paymentId ?? "") : `HF-${orderNumber}`;
  const how = expected === null && found === null ? "" : `: expected ${expected}, found ${found}`;
  return `${kind} ${what}${how}`;
}

/** The store that is named, or the one that `npm run dev` runs from this clone. */
function target(): { url: string; secret: string } {
  const environment = readEnvironment(root, process.env);
  const url = readArguments() ?? runningStore();
  if (!url)
    throw new Problem('No store runs from this folder: "npm run dev" starts one, --url names another.');
  const secret = environment.CRON_SECRET || loadKeys(join(stateDir, "keys.json")).cronSecret;
  return { url: url.replace(/\/$/, ""), secret };
}

function readArguments(): string | undefined {
  try {
    return parseArgs({ options: { url: { type: "string" } } }).values.url;
  } catch {
    throw new Problem('The only option is --url: "npm run reconcile -- --url https://shop.example".');
  }
}

function runningStore(): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(stateDir, "dev.lock"), "utf8")) as { url?: string }).url;
  } catch {
    return undefined;
  }
}
