/** Runs once before the server takes requests: a missing setting is said now, not to the first shopper. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { env } = await import("@/lib/env");
  const { logInfo } = await import("@/lib/log");
  const { trustedHeader } = await import("@/lib/http/source-address");
  const header = trustedHeader(env());
  logInfo(
    "limits_per_address",
    header ? { state: "on", header } : { state: "off: TRUSTED_PROXY_HEADER is not set" },
  );
}
