import { setTimeout as sleep } from "node:timers/promises";
import { parentPort } from "node:worker_threads";
import { openCalls } from "./calls.ts";
import { type FromWorker, now, type Tally, type ToWorker } from "./crew.ts";
import type { Call } from "./jobs.ts";

// One of the threads in which the clients live, so that measuring and their work do not stand in each other's way.

const prepared = new Map<number, Awaited<ReturnType<typeof openCalls>>>();
const answer = (message: FromWorker, moved: ArrayBuffer[] = []) => parentPort?.postMessage(message, moved);

parentPort?.on("message", async (message: ToWorker) => {
  const { id } = message;
  try {
    if (message.kind === "prepare") {
      prepared.set(id, await openCalls(message.job, message.url, message.clients));
      answer({ id, kind: "ready" });
      return;
    }
    const { calls, giveBack } = prepared.get(id) ?? { calls: [], giveBack: () => {} };
    const tally = await work(calls, message.from, message.until);
    prepared.delete(id);
    giveBack();
    answer({ id, kind: "done", tally }, [tally.latencies.buffer]);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    answer({ id, kind: "failed", text });
  }
});

/** Every client calls again as soon as it is answered. What is answered before `from` only warms up. */
async function work(calls: Call[], from: number, until: number): Promise<Tally> {
  const tally = { answers: 0, granted: 0, measured: 0 };
  const latencies: number[] = [];
  const client = async (call: Call) => {
    for (let start = now(); start < until; start = now()) {
      const { answers, granted, rest } = await call();
      const end = now();
      tally.answers += answers;
      tally.granted += granted;
      if (end > from && end <= until) {
        tally.measured += answers;
        latencies.push(end - start);
      }
      if (rest !== undefined) await sleep(rest);
    }
  };
  await Promise.all(calls.map(client));
  return { ...tally, latencies: Float64Array.from(latencies) };
}
