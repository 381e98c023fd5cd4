import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach } from "vitest";

export type Caught = { headers: IncomingHttpHeaders; body: string };

/** An endpoint for webhooks that keeps what it gets and answers what a test wants (200 unless told otherwise). */
export function useWebhookCatcher() {
  const caught: Caught[] = [];
  let statuses: number[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    caught.push({ headers: request.headers, body: Buffer.concat(parts).toString("utf8") });
    response.writeHead(statuses.shift() ?? 200).end();
  });
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve)));
  beforeEach(() => {
    caught.length = 0;
    statuses = [];
  });
  afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return {
    caught,
    /** The answers to the next deliveries. */
    answer: (...next: number[]) => {
      statuses = next;
    },
    types: () => caught.map(({ body }) => (JSON.parse(body) as { type: string }).type),
    ids: () => caught.map(({ body }) => (JSON.parse(body) as { id: string }).id),
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
  };
}
