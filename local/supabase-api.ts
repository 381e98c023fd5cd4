import { join } from "node:path";
import type { Keys } from "./keys.ts";
import { root } from "./paths.ts";
import { Problem } from "./problem.ts";
import { type Service, startService, tailOf } from "./service.ts";
import type { Stoppables } from "./stoppables.ts";

export type SupabaseApi = Service & { url: string };

export type SupabaseApiOptions = {
  /** Superuser's connection string: each request then takes the role that its key and token give it. */
  databaseUrl: string;
  port: number;
  keys: Keys;
  /** The store's own address, for the links in e-mails. */
  siteUrl: string;
  logFile: string;
  /** Where its mails go; into its log when left out. */
  smtpUrl?: string | undefined;
};

/** Starts the stand-in for hosted Supabase's Data and Auth API and waits until it listens. */
export async function startSupabaseApi(
  options: SupabaseApiOptions,
  stoppables: Stoppables,
): Promise<SupabaseApi> {
  const { keys } = options;
  const service = startService(
    {
      script: join(import.meta.dirname, "api-server.ts"),
      cwd: root,
      logFile: options.logFile,
      env: {
        ...process.env,
        DO_NOT_TRACK: "1",
        HOLDFAST_API_DATABASE_URL: options.databaseUrl,
        HOLDFAST_API_POOL: "20",
        HOLDFAST_API_PORT: String(options.port),
        HOLDFAST_API_JWT_SECRET: keys.jwtSecret,
        HOLDFAST_API_PUBLISHABLE_KEY: keys.publishableKey,
        HOLDFAST_API_SECRET_KEY: keys.secretKey,
        HOLDFAST_API_SITE_URL: options.siteUrl,
        HOLDFAST_API_SMTP_URL: options.smtpUrl ?? "",
      },
    },
    stoppables,
  );
  const listening = new Promise<true>((resolve) => service.child.once("message", () => resolve(true)));
  const ready = await Promise.race([listening, service.ended]);
  if (ready !== true) {
    throw new Problem(`The Supabase API did not start; it said:\n${tailOf(options.logFile)}`);
  }
  return { ...service, url: `http://127.0.0.1:${options.port}` };
}
