import type { Liveness } from "@/contracts/health";
import { personal, route } from "@/lib/http/route";

/** 200 while this process answers at all; it asks nobody. Whether the store can sell, `/api/health` says. */
export const GET = route(async () => {
  const live: Liveness = { status: "ok", uptimeSeconds: Math.floor(process.uptime()) };
  return personal(live);
});
