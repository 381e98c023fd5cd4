import { settled } from "./fake-time";

export interface Call {
  method: string;
  url: string;
  body: unknown;
  /** What the change is known by. */
  key: string | null;
  respond(body: unknown, status?: number, headers?: Record<string, string>): Promise<void>;
  refuse(code: string, facts?: object, status?: number): Promise<void>;
  /** The shop cannot answer now. */
  turnAway(retryAfter: number): Promise<void>;
  /** No answer ever comes: the network is gone. */
  lose(): Promise<void>;
}

/** Records what was asked; the test answers when, and in the order, it likes. */
export class FakeServer {
  readonly calls: Call[] = [];

  fetch = (url: string, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const respond = async (body: unknown, status = 200, headers: Record<string, string> = {}) => {
        const answer = { ok: status < 400, status, headers: new Headers(headers), json: async () => body };
        resolve(answer as Response);
        await settled();
      };
      this.calls.push({
        method: init.method ?? "GET",
        url,
        body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
        key: new Headers(init.headers).get("idempotency-key"),
        respond,
        refuse: (code, facts = {}, status = 409) => respond(problem(code, status, facts), status),
        turnAway: (seconds) => respond(problem("server_busy", 503), 503, { "retry-after": String(seconds) }),
        lose: async () => {
          reject(new TypeError("Failed to fetch"));
          await settled();
        },
      });
    });

  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  /** `path`: what its URL ends with, where several are asked alike. */
  last(method: string, path = ""): Call {
    const call = this.calls.findLast((one) => one.method === method && one.url.endsWith(path));
    if (!call) throw new Error(`No ${method} ${path} was sent`);
    return call;
  }
}

const problem = (code: string, status: number, facts: object = {}) => ({
  ...{ type: "about:blank", title: code, status, code, requestId: "r1" },
  ...facts,
});
