import { settled } from "./fake-time";

export interface Call {
  method: string;
  url: string;
  body: unknown;
  respond(body: unknown, status?: number): Promise<void>;
  refuse(code: string, facts?: object): Promise<void>;
  /** No answer ever comes: the network is gone. */
  lose(): Promise<void>;
}

/** Records what was asked; the test answers when, and in the order, it likes. */
export class FakeServer {
  readonly calls: Call[] = [];

  fetch = (url: string, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const respond = async (body: unknown, status = 200) => {
        resolve({ ok: status < 400, status, json: async () => body } as Response);
        await settled();
      };
      this.calls.push({
        method: init.method ?? "GET",
        url,
        body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
        respond,
        refuse: (code, facts = {}) =>
          respond({ type: "about:blank", title: code, status: 409, code, requestId: "r1", ...facts }, 409),
        lose: async () => {
          reject(new TypeError("Failed to fetch"));
          await settled();
        },
      });
    });

  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  last(method: string): Call {
    const call = this.calls.findLast((one) => one.method === method);
    if (!call) throw new Error(`No ${method} was sent`);
    return call;
  }
}
