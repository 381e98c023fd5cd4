import { parentPort } from "node:worker_threads";
import { type FromWorker, now, type Tally, type ToWorker } from "./crew.ts";
import { type Call, callOf, connectClient, type Sql } from "./jobs.ts";

// One of the threads in which the clients live, so that measuring and their work do not stand in each other's way.

const connections = new Map<string, Sql[]>();
const prepared = new Map<number, Call[]>();

const answer = (message: FromWorker, moved: ArrayBuffer[] = []) => parentPort?.postMessage(message, moved);

parentPort?.on("message", async (message: ToWorker) => {
  try {
    if (message.kind === "prepare") {
      const { id, url, clients, job } = message;
      prepared.set(
        id,
        (await connect(url, clients)).map((sql) => callOf(job, sql)),
      );
      answer({ id, kind: "ready" });
    } else {
      const { id, from, until } = message;
      const tally = await work(prepared.get(id) ?? [], from, until);
      prepared.delete(id);
      answer({ id, kind: "done", tally }, [tally.latencies.buffer]);
    }
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    answer({ id: message.id, kind: "failed", text });
  }
});

/** Connections are kept from slice to slice, as a server keeps its pool. */
async function connect(url: string, clients: number): Promise<Sql[]> {
  const pool = connections.get(url) ?? [];
  connections.set(url, pool);
  while (pool.length < clients) pool.push(connectClient(url));
  const mine = pool.slice(0, clients);
  await Promise.all(mine.map((sql) => sql`select 1`));
  return mine;
}

/** Every client calls again as soon as it is answered. What is answered before `from` only warms up. */
async function work(calls: Call[], from: number, until: number): Promise<Tally> {
  const tally = { answers: 0, granted: 0, measured: 0 };
  const latencies: number[] = [];
  const client = async (call: Call) => {
    for (let start = now(); start < until; ) {
      const { answers, granted } = await call();
      const end = now();
      tally.answers += answers;
      tally.granted += granted;
      if (end > from && end <= until) {
        tally.measured += answers;
        latencies.push(end - start);
      }
      start = end;
    }
  };
  await Promise.all(calls.map(client));
  return { ...tally, latencies: Float64Array.from(latencies) };
}
