import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as send,
} from "node:http";
import type { AddressInfo } from "node:net";

/** A place on the way of a call: where it has not arrived, or where it has been done and nobody knows. */
export type Place = `${"before" | "after"} ${string}`;

/** What stands between a store and those it asks, so that a test can stop it at any place. */
export type Gates = {
  /** Puts a gate before an address; answers the gate's. */
  before(target: string): Promise<string>;
  /**
   * Once a call whose `METHOD /path` ends in what `place` names has come there, nothing passes any gate any more, to
   * or fro: what is done is done, and nothing else will be. Settles then.
   */
  shutAt(place: Place): Promise<void>;
  /** Everything passes from now on. What was stopped stays so. */
  open(): void;
  close(): Promise<void>;
};

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

export function createGates(): Gates {
  const servers: Server[] = [];
  let isShut = false;
  let place: string | undefined;
  let come = () => {};

  function isPlace(when: "before" | "after", call: string): boolean {
    if (!place?.startsWith(`${when} `) || !call.endsWith(place.slice(when.length + 1))) return false;
    isShut = true;
    come();
    return true;
  }

  async function pass(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = `${request.method} ${request.url?.split("?")[0]}`;
    if (isShut || isPlace("before", call)) return;
    const answer = await ask(target, request);
    if (isShut || isPlace("after", call)) return;
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  return {
    async before(target) {
      const server = createServer((request, response) => {
        // Whoever is asked hangs up: so does the gate.
        pass(target, request, response).catch(() => response.destroy());
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    shutAt(where) {
      place = where;
      return new Promise((resolve) => {
        come = resolve;
      });
    },
    open() {
      place = undefined;
      isShut = false;
    },
    async close() {
      for (const server of servers) {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        await closed;
      }
    },
  };
}

function ask(target: string, request: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host: _, ...headers } = request.headers;
    const asked = send(`${target}${request.url}`, { method: request.method, headers }, async (answer) => {
      try {
        const body = Buffer.concat(await answer.toArray());
        const { "transfer-encoding": __, connection: ___, ...kept } = answer.headers;
        resolve({ status: answer.statusCode ?? 500, headers: kept, body });
      } catch (error) {
        reject(error);
      }
    });
    asked.on("error", reject);
    request.pipe(asked);
  });
}
