import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useSecondStore } from "./second-store.ts";

// A collector of OpenTelemetry, as far as a store notices.
const received: { url: string; body: string }[] = [];
const settings: Record<string, string> = { OTEL_BSP_SCHEDULE_DELAY: "100", OTEL_SERVICE_NAME: "the-shop" };
let collector: Server;

beforeAll(async () => {
  collector = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ url: request.url ?? "", body: Buffer.concat(chunks).toString("latin1") });
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  settings.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});
afterAll(() => {
  collector.closeAllConnections();
  collector.close();
});

const traced = useSecondStore(settings, "traced-store");

test("with an endpoint in the settings requests are traced there, under the shop's name", async () => {
  expect((await fetch(`${traced.url}/api/health`)).status).toBe(200);
  await vi.waitFor(() => expect(received.map(({ body }) => body).join()).toContain("/api/health"), 20_000);
  expect(received.map(({ url }) => url)).toContain("/v1/traces");
  expect(received.map(({ body }) => body).join()).toContain("the-shop");
});
