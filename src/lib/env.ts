import { z } from "zod";

const EnvSchema = z.object({
  NEXT_PUBLIC_SUPABASE_URL: z.url("is the URL of the Supabase project"),
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: z.string().min(1, "is the project's publishable key"),
  SUPABASE_SECRET_KEY: z.string().min(1, "is the project's secret key"),
  GUEST_COOKIE_SECRET: z.string().min(32, "has at least 32 random characters; it signs the guests' cookies"),
  /** Left out or empty: nobody may call the cron route. */
  CRON_SECRET: z
    .string()
    .refine((secret) => secret === "" || secret.length >= 16, "has at least 16 random characters, or none")
    .optional(),
  /** Left out or empty: no limits per network address. */
  TRUSTED_PROXY_HEADER: z
    .string()
    .regex(/^[a-zA-Z0-9-]*$/, "is the name of one header, for example x-forwarded-for")
    .optional(),
  /** Set by Vercel itself. */
  VERCEL: z.string().optional(),
});
export type Env = z.infer<typeof EnvSchema>;

let parsed: Env | undefined;

/**
 * The settings of the server, parsed once. Everything that is missing or wrong is named, never its value.
 * `.env.example` explains each. Read as a whole, so that nothing of it is written into a build.
 */
export function env(): Env {
  parsed ??= parseEnv(process.env);
  return parsed;
}

/** What is no secret: the browser's own, and what says where the server runs. */
const OPEN = /^(NEXT_PUBLIC_.*|TRUSTED_PROXY_HEADER|VERCEL)$/;

/** The values of the settings that nobody may see: all but those that are named as open. */
export function secretValues(source: Record<string, string | undefined> = process.env): string[] {
  const names = Object.keys(EnvSchema.shape).filter((name) => !OPEN.test(name));
  return names.flatMap((name) => source[name] || []);
}

export function parseEnv(source: Record<string, string | undefined>): Env {
  const result = EnvSchema.safeParse(source);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const name = issue.path.join(".");
    return source[name] ? `${name}: ${issue.message}` : `${name} is not set`;
  });
  throw new Error(`The store cannot start. ${faults.join("; ")}. See .env.example.`);
}
