/** Runs once before the server takes requests: a missing setting is said now, not to the first shopper. */
export async function register(): Promise<void> {
  await traceIfAsked();
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

/** OpenTelemetry, by its own settings (OTEL_…): without an endpoint none of it is even loaded. */
async function traceIfAsked(): Promise<void> {
  if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT) return;
  const { registerOTel } = await import("@vercel/otel");
  registerOTel({ serviceName: process.env.OTEL_SERVICE_NAME ?? "holdfast" });
}
