import { Agent, request } from "node:http";

export type Tally = {
  /** Answers of 201 within the slice, the others not counted: before it, and after. */
  measured: number;
  /** All answers of 201. */
  all: number;
  /** Of those measured, in milliseconds. */
  latencies: number[];
};

/** So many clients, each sending its next request when it has its answer, from now until `until`. */
export async function runClients(
  url: string,
  count: number,
  bodies: () => string,
  { from, until }: { from: number; until: number },
): Promise<Tally> {
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const tally: Tally = { measured: 0, all: 0, latencies: [] };
  const one = async () => {
    while (performance.now() < until) {
      const sentAt = performance.now();
      await post(url, bodies(), agent);
      const answeredAt = performance.now();
      tally.all += 1;
      if (answeredAt < from || answeredAt > until) continue;
      tally.measured += 1;
      tally.latencies.push(answeredAt - sentAt);
    }
  };
  try {
    await Promise.all(Array.from({ length: count }, one));
  } finally {
    agent.destroy();
  }
  return tally;
}

function post(url: string, body: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const asking = request(url, { method: "POST", agent, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        text += part;
      });
      answer.on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode === 201) resolve();
        else reject(new Error(`answered ${answer.statusCode}: ${text.slice(0, 300)}`));
      });
    });
    asking.on("error", reject);
    asking.end(body);
  });
}
