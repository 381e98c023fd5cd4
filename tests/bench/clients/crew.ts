import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { isOneProcess, type Job } from "./jobs.ts";

/** Milliseconds on a clock that all threads share. */
export const now = (): number => performance.timeOrigin + performance.now();

export type ToWorker =
  | { kind: "prepare"; id: number; url: string; clients: number; job: Job }
  | { kind: "go"; id: number; from: number; until: number };

export type FromWorker =
  | { kind: "ready"; id: number }
  | { kind: "done"; id: number; tally: Tally }
  | { kind: "failed"; id: number; text: string };

export type Tally = {
  /** Everything that was answered, warming up included: this is what the tables must show. */
  answers: number;
  granted: number;
  /** What was answered while the clock ran, and how long each call of it took, in milliseconds. */
  measured: number;
  latencies: Float64Array<ArrayBuffer>;
};

export type Task = { url: string; clients: number; job: Job };
export type Team = { go(from: number, until: number): Promise<Tally> };

/** Two threads of clients: one would be the bottleneck at 64 of them. */
export type Crew = {
  /** Connects the clients of a task; `go` lets them work from now on, and counts from `from` until `until`. */
  prepare(task: Task): Promise<Team>;
  dismiss(): Promise<void>;
};

export function gatherCrew(): Crew {
  const members = [startMember(), startMember()];
  let lastId = 0;
  return {
    async prepare({ url, clients, job }) {
      const id = ++lastId;
      const shares = shareOut(isOneProcess(job) ? members.slice(0, 1) : members, clients);
      const preparing = shares.map(({ member, clients }) =>
        member.ask({ kind: "prepare", id, url, clients, job }),
      );
      await Promise.all(preparing);
      return {
        async go(from, until) {
          const answers = await Promise.all(
            shares.map(({ member }) => member.ask({ kind: "go", id, from, until })),
          );
          return merge(answers.flatMap((answer) => (answer.kind === "done" ? [answer.tally] : [])));
        },
      };
    },
    async dismiss() {
      await Promise.all(members.map((member) => member.dismiss()));
    },
  };
}

function shareOut<Member>(members: Member[], clients: number) {
  const shares = members.map((member, i) => ({
    member,
    clients: Math.floor((clients + members.length - 1 - i) / members.length),
  }));
  return shares.filter((share) => share.clients > 0);
}

function startMember() {
  const worker = new Worker(join(import.meta.dirname, "worker.ts"));
  const asked = new Map<number, { resolve(answer: FromWorker): void; reject(error: Error): void }>();
  worker.on("message", (answer: FromWorker) => {
    const waiting = asked.get(answer.id);
    asked.delete(answer.id);
    if (answer.kind === "failed") waiting?.reject(new Error(`A client failed: ${answer.text}`));
    else waiting?.resolve(answer);
  });
  worker.on("error", (error) => {
    for (const { reject } of asked.values()) reject(error as Error);
  });
  return {
    ask: (message: ToWorker) =>
      new Promise<FromWorker>((resolve, reject) => {
        asked.set(message.id, { resolve, reject });
        worker.postMessage(message);
      }),
    dismiss: () => worker.terminate(),
  };
}

function merge(tallies: Tally[]): Tally {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  return {
    answers: sum((tally) => tally.answers),
    granted: sum((tally) => tally.granted),
    measured: sum((tally) => tally.measured),
    latencies: Float64Array.from(tallies.flatMap((tally) => [...tally.latencies])),
  };
}
