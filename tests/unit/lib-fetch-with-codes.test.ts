import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { fetchWithCodes } from "@/lib/supabase/fetch-with-codes";

const server = createServer();
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function listen(handle: Parameters<typeof createServer>[1]) {
  server.removeAllListeners("request");
  if (handle) server.on("request", handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it("an answer goes through", async () => {
  const url = await listen((_, response) => response.writeHead(418).end("tea"));
  const answer = await fetchWithCodes(url);
  expect([answer.status, await answer.text()]).toEqual([418, "tea"]);
});

it("nobody listening, and hanging up, are told apart", async () => {
  const url = await listen((request) => request.socket.destroy());
  const cut = await fetchWithCodes(url);
  expect(cut.status).toBe(503);
  expect(await cut.json()).toMatchObject({ code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/) });
  await new Promise((resolve) => server.close(resolve));
  const refused = await fetchWithCodes(url);
  expect(await refused.json()).toMatchObject({ code: "ECONNREFUSED" });
});

it("patience that ran out stays what it is", async () => {
  const url = await listen(() => {});
  const waiting = fetchWithCodes(url, { signal: AbortSignal.timeout(20) });
  await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
  server.closeAllConnections();
});
