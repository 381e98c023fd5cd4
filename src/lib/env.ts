import { z } from "zod";

const EnvSchema = z
  .object({
    NEXT_PUBLIC_SUPABASE_URL: z.url("is the URL of the Supabase project"),
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: z.string().min(1, "is the project's publishable key"),
    SUPABASE_SECRET_KEY: z.string().min(1, "is the project's secret key"),
    GUEST_COOKIE_SECRET: z
      .string()
      .min(32, "has at least 32 random characters; it signs the guests' cookies"),
    STRIPE_SECRET_KEY: z
      .string()
      .regex(
        /^[sr]k_(test|live)_\S+$/,
        "is a secret or restricted key of Stripe, sk_test_…, sk_live_… or rk_…",
      ),
    STRIPE_WEBHOOK_SECRET: z.string().min(8, "is the signing secret of the webhook endpoint, whsec_…"),
    /** Left out or empty: Stripe itself. */
    STRIPE_API_URL: z.union([z.literal(""), z.url("is where Stripe's API answers instead")]).optional(),
    /** Left out or empty: cards alone, and what is paid the same moment. */
    STRIPE_DELAYED_METHODS: z
      .string()
      .regex(/^[a-z_]*(,[a-z_]+)*$/, "is a list of Stripe's names, for example sepa_debit,us_bank_account")
      .optional(),
    /** Left out or empty: no e-mail is sent, all stay in the outbox. */
    SMTP_URL: z
      .union([z.literal(""), z.url({ protocol: /^smtps?$/, error: "is smtp://… or smtps://…" })])
      .optional(),
    MAIL_FROM: z.string().max(320).optional(),
    /** Left out or empty: nobody may call the cron route. */
    CRON_SECRET: z
      .string()
      .refine((secret) => secret === "" || secret.length >= 16, "has at least 16 random characters, or none")
      .optional(),
    /** Left out or empty: alerts are shown to admins, and told to nobody. */
    ALERT_WEBHOOK_URL: z.union([z.literal(""), z.url("is where alerts are posted to")]).optional(),
    ALERT_EMAIL: z.union([z.literal(""), z.email("is the address that alerts are mailed to")]).optional(),
    /** Left out or empty: no limits per network address. */
    TRUSTED_PROXY_HEADER: z
      .string()
      .regex(/^[a-zA-Z0-9-]*$/, "is the name of one header, for example x-forwarded-for")
      .optional(),
    /** Set by Vercel itself. */
    VERCEL: z.string().optional(),
  })
  .refine(({ SMTP_URL, MAIL_FROM }) => !SMTP_URL || Boolean(MAIL_FROM), {
    path: ["MAIL_FROM"],
    error: "is the sender of the shop's e-mails, needed with SMTP_URL",
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
const OPEN = /^(NEXT_PUBLIC_.*|TRUSTED_PROXY_HEADER|VERCEL|STRIPE_API_URL|STRIPE_DELAYED_METHODS|MAIL_FROM)$/;

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
