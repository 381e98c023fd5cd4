import type postgres from "postgres";
import type { Migration } from "../database/migrations.ts";
import type { Environment } from "../environment.ts";

/** `problem`: the shop does not work, or is not safe. `warning`: somebody should decide about it. */
export type Level = "ok" | "warning" | "problem" | "skipped";

/** What a check found: in words, and what to do about it. Never the value of a setting. */
export type Finding = { level: Level; says: string; advice?: string };

/** What is looked at. */
export type Patient = {
  settings: Environment;
  /** Whether real shoppers are meant: then nothing of this machine may be part of it. */
  isProduction: boolean;
  /** Secrets of the local stack of this clone, which are good for nothing else. */
  localSecrets: string[];
  /** The migrations of this clone. */
  migrations: Migration[];
  /** The store's address, where it runs already. */
  storeUrl?: string;
  /** Its Postgres. */
  sql?: postgres.Sql;
  /** This machine's clock, in milliseconds since 1970. */
  now(): number;
};

export type Check = {
  name: string;
  /** What the check cannot do without. */
  needs?: "api" | "database" | "store";
  examine(patient: Patient): Finding[] | Promise<Finding[]>;
};

export const fine = (says: string): Finding => ({ level: "ok", says });
export const problem = (says: string, advice: string): Finding => ({ level: "problem", says, advice });
export const warning = (says: string, advice: string): Finding => ({ level: "warning", says, advice });

/** A problem where real shoppers are meant, else only worth knowing. */
export const graver = (isProduction: boolean, says: string, advice: string): Finding =>
  isProduction ? problem(says, advice) : warning(says, advice);

/** Whether an address leads to the machine on which it is used. */
export function isLocalAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return /^(localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0|host\.docker\.internal)$|\.local$|\.localhost$/.test(
    hostname,
  );
}

/** The role that an old Supabase key (a JWT) gives; `undefined` when it is none. */
export function roleOfJwt(key: string): string | undefined {
  const [, payload] = /^eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]+$/.exec(key) ?? [];
  try {
    return (JSON.parse(Buffer.from(payload ?? "", "base64url").toString()) as { role?: string }).role;
  } catch {
    return undefined;
  }
}

/** Whether a key passes row-level security. */
export const isSecretKey = (key: string): boolean =>
  key.startsWith("sb_secret_") || roleOfJwt(key) === "service_role";
