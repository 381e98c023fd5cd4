import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sound } from "./broken-settings.ts";

// What the doctor asks, answering as hosted Supabase (PostgREST, its auth service) and a deployed store do.

export type Asked = { method: string; path: string; headers: Record<string, string | undefined> };
export type Answered = { status: number; json?: unknown; headers?: Record<string, string> };
/** `undefined`: as a sound one answers. */
export type Service = (asked: Asked) => Answered | undefined;

const no = (status: number, code: string, message: string): Answered => ({ status, json: { code, message } });
const denied = no(401, "42501", "permission denied");

/** What a project that is set up as it should be, and a store in front of it, answer. */
export function soundAnswer({ method, path, headers }: Asked): Answered {
  const { pathname } = new URL(path, "http://x");
  const isSecret = headers.apikey === sound.SUPABASE_SECRET_KEY;
  if (pathname === "/api/health") return { status: 200, json: { status: "ok" } };
  if (pathname === "/api/cron/cleanup-reservations")
    return headers.authorization === `Bearer ${sound.CRON_SECRET}`
      ? { status: 200, json: {} }
      : { status: 401 };
  if (pathname === "/auth/v1/token")
    return { status: 400, json: { code: 400, error_code: "invalid_credentials", msg: "Invalid login" } };
  if (!isSecret && headers.apikey !== sound.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY)
    return { status: 401, json: { message: "Invalid API key" } };
  const profile = headers["accept-profile"] ?? "public";
  if (profile !== "public") return no(406, "PGRST106", `Invalid schema: ${profile}`);
  if (method === "POST" || !isSecret)
    return pathname === "/rest/v1/products" ? { status: 200, json: [] } : denied;
  return { status: 200, json: [{ hold_seconds: 900 }] };
}

/** Both at one address, broken where `broken` answers. */
export async function startServices(broken: Service): Promise<{ url: string; stop(): void }> {
  const server = createServer((request, response) => {
    const headers = request.headers as Asked["headers"];
    const asked = { method: request.method ?? "", path: request.url ?? "", headers };
    const { status, json = {}, headers: more = {} } = broken(asked) ?? soundAnswer(asked);
    response.writeHead(status, { "content-type": "application/json", ...more }).end(JSON.stringify(json));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}
