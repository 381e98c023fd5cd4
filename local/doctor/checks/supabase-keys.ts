import { type Check, fine, graver, isLocalAddress, isSecretKey, problem, roleOfJwt } from "../check.ts";

const names = ["NEXT_PUBLIC_SUPABASE_URL", "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"];
const where = "Supabase, Settings, API Keys";

export const supabaseSettings: Check = {
  name: "supabase-settings",
  examine({ settings, isProduction }) {
    const missing = names.filter((name) => !settings[name]);
    if (missing.length > 0)
      return [problem(`${missing.join(", ")} not set`, `Copy them from ${where}, and the project's URL.`)];
    const url = settings.NEXT_PUBLIC_SUPABASE_URL ?? "";
    if (!URL.canParse(url))
      return [problem("NEXT_PUBLIC_SUPABASE_URL is no URL", "It begins with https://.")];
    if (isProduction && new URL(url).protocol !== "https:")
      return [
        problem(
          "NEXT_PUBLIC_SUPABASE_URL is not https",
          "Keys and carts would cross the network in the clear.",
        ),
      ];
    return [fine(`the project at ${new URL(url).host}`)];
  },
};

export const publishableKey: Check = {
  name: "publishable-key",
  examine({ settings }) {
    const key = settings.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY ?? "";
    if (isSecretKey(key)) {
      return [
        problem(
          "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY is a secret key, and everybody can read it",
          `Revoke that key now (${where}), make a new one, and put the publishable key here.`,
        ),
      ];
    }
    if (!key.startsWith("sb_publishable_") && roleOfJwt(key) !== "anon")
      return [
        problem(
          "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY is no publishable key",
          "It begins with sb_publishable_.",
        ),
      ];
    return [fine("is a publishable key")];
  },
};

export const secretKey: Check = {
  name: "secret-key",
  examine({ settings }) {
    const key = settings.SUPABASE_SECRET_KEY ?? "";
    if (key.startsWith("sb_publishable_") || roleOfJwt(key) === "anon")
      return [
        problem(
          "SUPABASE_SECRET_KEY is a publishable key: nobody could hold anything",
          `Put the secret key here (${where}).`,
        ),
      ];
    if (!isSecretKey(key))
      return [problem("SUPABASE_SECRET_KEY is no secret key", "It begins with sb_secret_.")];
    return [fine("is a secret key")];
  },
};

export const localKeys: Check = {
  name: "local-keys",
  examine({ settings, isProduction, localSecrets }) {
    const local = Object.keys(settings).filter((name) => localSecrets.includes(settings[name] ?? ""));
    if (!isProduction || local.length === 0) return [fine("none of this clone's local keys in production")];
    return [
      problem(
        `${local.join(", ")} from the local stack of this clone`,
        "Make new ones: openssl rand -base64 48.",
      ),
    ];
  },
};

/** Addresses that lead to this machine: stand-ins, a mailbox, a database. */
export const standIns: Check = {
  name: "stand-ins",
  examine({ settings, isProduction }) {
    const local = Object.keys(settings).filter(
      (name) =>
        /^(NEXT_PUBLIC_SUPABASE_URL|STRIPE_API_URL|SMTP_URL|ALERT_WEBHOOK_URL)$/.test(name) &&
        isLocalAddress(settings[name] ?? ""),
    );
    if (local.length === 0) return [fine("no address leads to a stand-in on this machine")];
    if (!isProduction) return [fine(`${local.join(", ")} lead to this machine, as meant`)];
    return [
      graver(
        isProduction,
        `${local.join(", ")} lead to the machine itself, where a stand-in may answer`,
        "Give the real services' addresses, or leave them out.",
      ),
    ];
  },
};
