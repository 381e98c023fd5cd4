import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** How a store breaks its promises. */
export type Faults = {
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

/** Units of the only variant, `the-sku`. */
export const STOCK = 12;
const VARIANT = "b0000000-0000-4000-8000-000000000001";
/** The least of a store that a storm asks, with these faults. */
export async function startFaultyStore(faults: Faults): Promise<{ url: string; stop(): void }> {
  const carts = new Map<string, number>();
  let free = STOCK + (faults.oversells ?? 0);
  let asked = 0;
  const server = createServer(async (request, response) => {
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
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}
