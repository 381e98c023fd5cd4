import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { readOptions } from "../storm/options.ts";
import { reportOf } from "../storm/report.ts";
import { runStorm } from "../storm/storm.ts";
import type { Verdict } from "../storm/verdict.ts";

// Stores that break their promises, each in one way: a storm that would not notice proves nothing.

type Faults = {
  /** Sells so many units more than there are. */
  oversells?: number;
  /** Refuses while units are left. */
  isStingy?: boolean;
  /** Promises, and forgets it at once. */
  forgets?: boolean;
  /** Units that are given back do not come back. */
  keeps?: boolean;
  /** Now and then answers with an error of its own. */
  breaks?: boolean;
  /** Says in its refusal that there is enough. */
  contradicts?: boolean;
};

const STOCK = 12;
const VARIANT = "b0000000-0000-4000-8000-000000000001";
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** The least of a store that a storm asks. */
async function startStore(faults: Faults): Promise<string> {
  const carts = new Map<string, number>();
  let free = STOCK + (faults.oversells ?? 0);
  let asked = 0;
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString() || "{}") as {
      quantity?: number;
      action?: string;
    };
    const who = /guest=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
    const held = carts.get(who) ?? 0;
    const answer = (status: number, json: object, headers = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(json));
    const hold = (units: number) => {
      if (!faults.forgets) carts.set(who, units);
      answer(201, { reservation: { reservationId: who, quantity: units } });
    };
    const { pathname } = new URL(request.url ?? "", "http://x");
    if (pathname === "/api/products")
      return answer(200, { products: [{ variants: [{ id: VARIANT, sku: "the-sku" }] }] });
    if (pathname === "/api/stock/availability") {
      const available = Math.max(0, free - (faults.oversells ?? 0) - (faults.isStingy ? 0 : 0));
      return answer(200, { availability: [{ available, atLeast: false }] });
    }
    if (pathname === "/api/session") return answer(200, {}, { "set-cookie": `guest=g${++asked}; Path=/` });
    if (request.method === "GET") {
      const lines = held ? [{ variantId: VARIANT, quantity: held, expiresAt: "2026-01-01T00:00:00Z" }] : [];
      return answer(200, { serverNow: "2026-01-01T00:00:00Z", lines });
    }
    if (request.method === "DELETE") {
      if (!faults.keeps) free += held;
      carts.delete(who);
      return answer(200, { released: held });
    }
    if (faults.breaks && ++asked % 7 === 0) return answer(500, { code: "internal_error" });
    if (body.action === "extend") return hold(held);
    const wanted = body.action === "set_quantity" ? (body.quantity ?? 0) - held : (body.quantity ?? 0);
    const least = faults.isStingy ? 3 : 0;
    if (free - wanted < least)
      return answer(409, {
        code: "insufficient_stock",
        available: faults.contradicts ? 5 : 0,
        requested: wanted,
      });
    free -= wanted;
    return hold(held + wanted);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function verdictOn(faults: Faults): Promise<Verdict> {
  const url = await startStore(faults);
  const options = {
    url,
    buyers: 40,
    stock: STOCK,
    variant: "the-sku",
    pay: 0,
    waitExpiry: false,
    liftLimits: false,
  };
  return runStorm(options, () => {});
}

const failed = ({ findings }: Verdict) => findings.filter(({ passed }) => !passed).map(({ name }) => name);

describe("the storm's verdict", () => {
  test("on a store that keeps its promises is good", async () => {
    const verdict = await verdictOn({});
    expect(verdict.findings.filter(({ passed }) => !passed)).toEqual([]);
    expect(verdict.passed).toBe(true);
    expect(reportOf(verdict)).toContain("The store kept every promise.");
  });

  test.each<[string, Faults, string]>([
    ["sells one unit too many", { oversells: 1 }, "oversold"],
    ["forgets what it promised", { forgets: true }, "lost"],
    ["never gets units back", { keeps: true }, "lost"],
    ["refuses while units are left", { isStingy: true }, "refused correctly"],
    ["refuses and says that there is enough", { contradicts: true }, "refused correctly"],
    ["answers with errors of its own", { breaks: true }, "refused correctly"],
  ])("on a store that %s is not", async (_, faults, name) => {
    const verdict = await verdictOn(faults);
    expect(failed(verdict)).toContain(name);
    expect(verdict.passed).toBe(false);
    expect(reportOf(verdict)).toMatch(new RegExp(`✗ ${name}`));
  });
});

describe("the storm's options", () => {
  test("are read, with their usual values", () => {
    expect(readOptions(["--url", "https://shop.example/", "--variant", "mug"])).toEqual({
      url: "https://shop.example",
      buyers: 500,
      stock: 37,
      variant: "mug",
      pay: 0,
      waitExpiry: false,
      liftLimits: false,
    });
  });

  test.each<[string[], RegExp]>([
    [[], /Name the variant/],
    [["--variant", "x", "--buyers", "1"], /--buyers is "1"/],
    [["--variant", "x", "--stock", "many"], /--stock is "many"/],
    [["--variant", "x", "--url", "shop.example"], /no address of a store/],
    [["--variant", "x", "--lift-limits"], /needs --database-url/],
    [["--variant", "x", "--stock", "3", "--pay", "4"], /--pay is at most/],
    [["--variant", "x", "--everything"], /everything.*--url URL/s],
  ])("%j are refused in words", (args, words) => {
    expect(() => readOptions(args)).toThrow(words);
  });
});
