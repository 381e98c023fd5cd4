import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { callCron, pauseOf, readCrons, startCrons, watched } from "../../local/cron.ts";
import { root } from "../../local/paths.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const files = ["vercel.json", "vercel.hobby.json"] as const;
const cronsOf = (file: (typeof files)[number]) => readCrons(join(root, file));

test("both files for Vercel call the same routes", () => {
  expect(cronsOf("vercel.hobby.json").map(({ path }) => path)).toEqual(
    cronsOf("vercel.json").map(({ path }) => path),
  );
});

test("the sweep comes every five minutes; where a plan allows one run a day, every cron runs once a day", () => {
  expect(cronsOf("vercel.json")[0]).toEqual({
    path: "/api/cron/cleanup-reservations",
    schedule: "*/5 * * * *",
  });
  for (const { schedule } of cronsOf("vercel.hobby.json")) expect(schedule).toMatch(/^\d+ \d+ \* \* \*$/);
});

test("a route is called as Vercel calls it", async () => {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  expect(await callCron(`http://127.0.0.1:${port}`, "/api/cron/x", "the secret")).toBe(418);
  server.close();
  expect(seen[0]).toMatchObject({
    method: "GET",
    url: "/api/cron/x",
    headers: { authorization: "Bearer the secret", "user-agent": "vercel-cron/1.0" },
  });
});

test("what is due every few minutes is called every minute, the rest every hour, until everything is stopped", () => {
  vi.useFakeTimers();
  const asked = vi.fn(async (_: string) => new Response());
  vi.stubGlobal("fetch", asked);
  let stop = () => {};
  const stoppables = {
    add: (one: () => void) => {
      stop = one;
    },
    onStart: () => {},
    stopAll: async () => {},
  };
  startCrons("http://store", "secret", () => {}, stoppables as never);
  vi.advanceTimersByTime(60 * 60_000);
  const calls = asked.mock.calls.map(([url]) => url);
  expect(calls.filter((url) => url === "http://store/api/cron/cleanup-reservations")).toHaveLength(60);
  expect(calls).toHaveLength(60 + cronsOf("vercel.json").filter((cron) => pauseOf(cron) > 60_000).length);
  stop();
  vi.advanceTimersByTime(60 * 60_000);
  expect(asked).toHaveBeenCalledTimes(calls.length);
});

test("a failure is said once, and again after it worked in between", async () => {
  const lines: string[] = [];
  const answers = [200, 503, 503, 200, 401];
  const call = watched(
    "/x",
    async () => answers.shift() ?? Promise.reject(new Error()),
    (line) => lines.push(line),
  );
  for (let nth = 0; nth < 6; nth++) await call();
  expect(lines).toEqual([
    expect.stringContaining("/x, as a scheduler calls it, failed (503)"),
    expect.stringContaining("failed (401)"),
  ]);
});
