import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type Environment, storeEnvironment } from "../../local/environment.ts";
import { startGuard } from "../../local/guard.ts";
import { stateDir } from "../../local/paths.ts";
import { freePort } from "../../local/ports.ts";
import { createStoppables } from "../../local/stoppables.ts";
import { startStore } from "../../local/store.ts";
import { buildStore } from "../../local/store-build.ts";
import { storeKeys } from "../support/api-client.ts";
import { standInEnvironment } from "../support/stand-ins.ts";
import { supabaseApi } from "../support/store.ts";

type Handle = (request: IncomingMessage, response: ServerResponse) => unknown;

/** The way from a store to its database, which a test may close, open, or answer itself. */
export type Gateway = {
  /** Nothing listens there any more, and every open connection is cut. */
  close(): Promise<void>;
  /** Requests reach the database (again). */
  open(): Promise<void>;
  /** Requests get this answer, and do not reach the database. */
  answer(status: number, body: string, contentType?: string): Promise<void>;
  /** Connections are accepted and cut without a word. */
  hangUp(): Promise<void>;
  /** The next request reaches the database, its answer nobody; those that follow are passed on. */
  loseNext(): Promise<void>;
  /** How many requests arrived since it was asked last. */
  countRequests(): number;
};

export type SecondStore = { url: string; gateway: Gateway; log(): string };

const patience = 60_000;

/**
 * A store of the same build with a gateway of its own, so that the other tests' store stays undisturbed. `settings`
 * stand over those that every store has; a file that starts several gives each a name.
 */
export function useSecondStore(settings: Environment = {}, name = "second-store"): SecondStore {
  const logFile = join(stateDir, "logs", `test-${name}.log`);
  const stoppables = createStoppables(startGuard());
  const gateway = createGateway();
  const second: SecondStore = { url: "", gateway, log: () => readFileSync(logFile, "utf8") };
  beforeAll(async () => {
    const gatewayUrl = await gateway.listen();
    stoppables.add(() => gateway.close());
    const keys = { ...storeKeys(), guestCookieSecret: randomBytes(32).toString("base64url") };
    const built = await buildStore();
    const environment = {
      ...storeEnvironment(keys, gatewayUrl, {}),
      ...standInEnvironment(),
      ...built,
      ...settings,
    };
    const options = { mode: "start", port: await freePort(), environment, logFile } as const;
    second.url = (await startStore(options, stoppables)).url;
  }, patience);
  afterAll(() => stoppables.stopAll(), patience);
  return second;
}

function createGateway(): Gateway & { listen(): Promise<string> } {
  let port = 0;
  let handle: Handle = passOn;
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    handle(request, response);
  });
  const listen = () =>
    new Promise<string>((resolve) => {
      server.listen(port, "127.0.0.1", () => {
        port = (server.address() as AddressInfo).port;
        resolve(`http://127.0.0.1:${port}`);
      });
    });
  const close = () =>
    new Promise<void>((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const openWith = async (next: Handle) => {
    handle = next;
    if (!server.listening) await listen();
  };
  return {
    listen,
    close,
    open: () => openWith(passOn),
    answer: (status, body, contentType = "application/json") =>
      openWith((_, response) => response.writeHead(status, { "content-type": contentType }).end(body)),
    hangUp: () => openWith((request) => request.socket.destroy()),
    loseNext: () =>
      openWith(async (request, response) => {
        handle = passOn;
        await askDatabase(request);
        response.destroy();
      }),
    countRequests: () => {
      const count = requests;
      requests = 0;
      return count;
    },
  };
}

async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await askDatabase(request);
  const type = answer.headers.get("content-type") ?? "application/json";
  response.writeHead(answer.status, { "content-type": type }).end(await answer.text());
}

async function askDatabase(request: IncomingMessage): Promise<Response> {
  const { host: _, connection: __, "transfer-encoding": ___, ...headers } = request.headers;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const method = request.method ?? "GET";
  const body = method === "GET" ? null : Buffer.concat(chunks);
  return fetch(`${supabaseApi().url}${request.url}`, { method, headers: headers as HeadersInit, body });
}
