import { type Check, type Finding, fine, graver, isSecretKey, problem } from "../check.ts";

const how = "For example: openssl rand -base64 48.";

/** Said without its value: what is wrong with a random secret. */
function weakness(value: string, least: number): string | null {
  if (value !== value.trim()) return "begins or ends with a blank";
  if (value.length < least) return `has ${value.length} characters, and needs ${least}`;
  if (new Set(value).size < 8) return "is made of few different characters";
  if (/change.?me|example|secret|password|1234/i.test(value)) return "reads like an example";
  return null;
}

export const guestCookieSecret: Check = {
  name: "guest-cookie-secret",
  examine({ settings }) {
    const value = settings.GUEST_COOKIE_SECRET;
    if (!value) return [problem("GUEST_COOKIE_SECRET is not set", `It signs the guests' cookies. ${how}`)];
    const weak = weakness(value, 32);
    return [
      weak ? problem(`GUEST_COOKIE_SECRET ${weak}: carts could be forged`, how) : fine("is long enough"),
    ];
  },
};

export const cronSecret: Check = {
  name: "cron-secret",
  examine({ settings, isProduction }) {
    const value = settings.CRON_SECRET;
    if (!value)
      return [
        graver(isProduction, "CRON_SECRET is not set: every scheduler is refused, and nothing is swept", how),
      ];
    const weak = weakness(value, 16);
    return [weak ? problem(`CRON_SECRET ${weak}`, how) : fine("is long enough")];
  },
};

const secretNames = [
  "SUPABASE_SECRET_KEY",
  "GUEST_COOKIE_SECRET",
  "CRON_SECRET",
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
];

/** Whatever is called NEXT_PUBLIC_ is written into what browsers load. */
export const publicSecrets: Check = {
  name: "public-secrets",
  examine({ settings }) {
    const secrets = secretNames.flatMap((name) => settings[name] || []);
    const looksSecret = (value: string) =>
      isSecretKey(value) ||
      /^(sk|rk)_(live|test)_|^whsec_|^postgres(ql)?:\/\//.test(value) ||
      secrets.includes(value);
    const open = Object.keys(settings).filter(
      (name) => name.startsWith("NEXT_PUBLIC_") && looksSecret(settings[name] ?? ""),
    );
    if (open.length === 0) return [fine("no secret in a NEXT_PUBLIC_ setting")];
    return [
      problem(
        `${open.join(", ")} hold a secret, and everybody can read them`,
        "Rename them, and replace what they held.",
      ),
    ];
  },
};

export const sharedSecrets: Check = {
  name: "shared-secrets",
  examine({ settings }) {
    const used = secretNames.filter((name) => settings[name]);
    const twice = used.filter((name) =>
      used.some((other) => other !== name && settings[other] === settings[name]),
    );
    const finding: Finding =
      twice.length === 0
        ? fine("every secret is used once")
        : problem(
            `${twice.join(" and ")} are the same`,
            `Who may see one may do what the other allows. ${how}`,
          );
    return [finding];
  },
};
