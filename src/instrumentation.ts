/** Runs once before the server takes requests: a missing setting is said now, not to the first shopper. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { env } = await import("@/lib/env");
  env();
}
