import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Tally } from "./tally.ts";

export type Answer = { status: number; body: Record<string, unknown>; code: string };

/** What a wish came to. `limited`: a limit of the shop stood in the way; `failed`: nothing that a shopper should meet. */
export type Outcome = "held" | "refused" | "limited" | "failed";

/** One browser: its own cookies, its own clicks, and what it was promised. */
export type Shopper = {
  /** Becomes known to the store. */
  arrive(): Promise<Outcome>;
  reserve(variantId: string, quantity?: number): Promise<Outcome>;
  extend(): Promise<Outcome>;
  setQuantity(quantity: number): Promise<Outcome>;
  release(): Promise<Outcome>;
  /** Units of the variant in the cart as the store tells it now, and when they run out. */
  cart(variantId: string): Promise<{ units: number; expiresAt: string | null; serverNow: string } | null>;
  send(step: string, method: string, path: string, json?: unknown): Promise<Answer>;
  /** The units that the last answer promised. */
  promised(): number;
  /** What was held is bought: no promise any more. */
  hasBought(): void;
  /** Answers that nobody should get: status and code. */
  readonly faults: string[];
  /** Refusals that said that there was enough. */
  readonly contradictions: string[];
};

const RESERVATIONS = "/api/stock/reservations";
/** A request that nobody answered, or that came at a bad moment, is sent again with its key: as browsers do. */
const TRIES = 4;
const PATIENCE_MS = 60_000;

export function createShopper(url: string, tally: Tally): Shopper {
  const jar = new Map<string, string>();
  const faults: string[] = [];
  const contradictions: string[] = [];
  let hold: { id: string; quantity: number } | null = null;

  async function once(method: string, path: string, key: string, json?: unknown): Promise<Answer> {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        ...(jar.size > 0 && { cookie: [...jar].map((pair) => pair.join("=")).join("; ") }),
        ...(method !== "GET" && { "idempotency-key": key }),
        ...(json !== undefined && { "content-type": "application/json" }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/; Max-Age=0(;|$)/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    const text = await response.text();
    const body = toObject(text);
    return { status: response.status, body, code: typeof body.code === "string" ? body.code : "" };
  }

  async function send(step: string, method: string, path: string, json?: unknown): Promise<Answer> {
    const key = randomUUID();
    for (let attempt = 1; ; attempt++) {
      const began = performance.now();
      const answer = await once(method, path, key, json).catch(() => ({
        status: 0,
        body: {},
        code: "no_answer",
      }));
      tally.note(step, performance.now() - began);
      const isTemporary = answer.status === 0 || (answer.status >= 502 && answer.status <= 504);
      if (!isTemporary || attempt === TRIES) return answer;
      await sleep(attempt * 250);
    }
  }

  function judge(answer: Answer): Outcome {
    if (answer.status === 429 || answer.code === "limit_reached") return "limited";
    if (answer.code === "insufficient_stock" || answer.code === "hold_expired") {
      const { available, requested } = answer.body;
      if (typeof available === "number" && typeof requested === "number" && available >= requested)
        contradictions.push(`refused ${requested} while ${available} were available`);
      return "refused";
    }
    faults.push(`${answer.status} ${answer.code}`.trim());
    return "failed";
  }

  async function change(step: string, method: string, path: string, json?: unknown): Promise<Outcome> {
    const answer = await send(step, method, path, json);
    if (answer.status !== 200 && answer.status !== 201) return judge(answer);
    const { reservation } = answer.body as { reservation?: { reservationId: string; quantity: number } };
    hold = reservation ? { id: reservation.reservationId, quantity: reservation.quantity } : null;
    return "held";
  }

  return {
    faults,
    contradictions,
    send,
    promised: () => hold?.quantity ?? 0,
    hasBought: () => {
      hold = null;
    },
    arrive: async () => {
      const answer = await send("arrive", "GET", "/api/session");
      return answer.status === 200 ? "held" : judge(answer);
    },
    reserve: (variantId, quantity = 1) => change("reserve", "POST", RESERVATIONS, { variantId, quantity }),
    extend: () => change("extend", "PUT", RESERVATIONS, { action: "extend", reservationId: hold?.id }),
    setQuantity: (quantity) =>
      change("change quantity", "PUT", RESERVATIONS, {
        action: "set_quantity",
        reservationId: hold?.id,
        quantity,
      }),
    release: () => change("release", "DELETE", `${RESERVATIONS}?all=true`),
    cart: async (variantId) => {
      const answer = await send("cart", "GET", RESERVATIONS);
      if (answer.status !== 200) {
        judge(answer);
        return null;
      }
      const { lines, serverNow } = answer.body as {
        lines: { variantId: string; quantity: number; expiresAt: string; reservationId: string }[];
        serverNow: string;
      };
      const mine = lines.filter((line) => line.variantId === variantId);
      const units = mine.reduce((sum, { quantity }) => sum + quantity, 0);
      return {
        units,
        expiresAt:
          mine
            .map(({ expiresAt }) => expiresAt)
            .toSorted()
            .at(-1) ?? null,
        serverNow,
      };
    },
  };
}

function toObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
