import type { Health } from "@/contracts/health";
import { getCart } from "@/lib/cart-utils/get-cart";
import { personal, route } from "@/lib/http/route";
import { logError } from "@/lib/log";
import { isMailOn } from "@/lib/mail/send-mail";

/** 200 while the store can reach its database, else 503 with the same shape. */
export const GET = route(async () => {
  const health = await check();
  return personal(health, { status: health.status === "ok" ? 200 : 503 });
});

async function check(): Promise<Health> {
  const mail = isMailOn() ? "on" : "off";
  try {
    const { serverNow } = await getCart(null);
    return { status: "ok", serverNow, checks: { database: "ok", mail } };
  } catch (error) {
    logError("health_check_failed", { message: error instanceof Error ? error.message : String(error) });
    return {
      status: "unavailable",
      serverNow: new Date().toISOString(),
      checks: { database: "unavailable", mail },
    };
  }
}
