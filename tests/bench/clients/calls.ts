import { createCoalescer } from "./coalescer.ts";
import type { Call, Job } from "./jobs.ts";
import { lend, type Sql } from "./postgres.ts";
import {
  availabilityCall,
  heldOf,
  holdCall,
  leastSweepCall,
  newRequest,
  type Request,
  reserve,
  sweepCall,
} from "./postgres-jobs.ts";
import { redisCalls } from "./redis-jobs.ts";

/** The calls of a job, one per client, and how to give back the connections that they use. */
export async function openCalls(
  job: Job,
  url: string,
  clients: number,
): Promise<{ calls: Call[]; giveBack(): void }> {
  if (job.kind === "redis") return redisCalls(job, url, clients);
  const { connections, giveBack } = await lend(url, connectionsOf(job, clients));
  return { calls: callsOn(job, connections, clients), giveBack };
}

/** Two calls under way keep the database busy; more would only queue up on the row. */
const callsUnderWay = 2;
const largestBatch = 256;

function connectionsOf(job: Job, clients: number): number {
  if (job.kind === "coalesced") return callsUnderWay;
  return job.kind === "pooled" ? Math.min(job.connections, clients) : clients;
}

function callsOn(job: Exclude<Job, { kind: "redis" }>, connections: Sql[], clients: number): Call[] {
  switch (job.kind) {
    case "coalesced":
      return callers(connections, clients, largestBatch, job.variants);
    case "pooled":
      // The same queue with calls of one request each is what a pool of connections does.
      return callers(connections, clients, 1, job.variants);
    case "availability":
      return connections.map((sql) => availabilityCall(job, sql));
    case "sweep":
      return connections.map((sql) => sweepCall(job, sql));
    case "leastSweep":
      return connections.map((sql) => leastSweepCall(job, sql));
    default:
      return connections.map((sql) => holdCall(job, sql));
  }
}

function callers(connections: Sql[], clients: number, largest: number, variants: string[]): Call[] {
  const lanes = connections.map((sql) => (requests: Request[]) => reserve(sql, requests));
  const ask = createCoalescer(lanes, largest);
  const call = async () => heldOf([await ask(newRequest(variants))]);
  return Array.from({ length: clients }, () => call);
}
