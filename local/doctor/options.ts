import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, parseEnv } from "node:util";
import { type Environment, readEnvironment } from "../environment.ts";
import { Problem } from "../problem.ts";
import { isLocalAddress } from "./check.ts";

export type DoctorOptions = {
  settings: Environment;
  isProduction: boolean;
  databaseUrl?: string;
  storeUrl?: string;
  isStrict: boolean;
};

export const usage = `npm run doctor                        the settings of .env.local and the shell, else the local stack
npm run doctor -- --env-file FILE     those of a file, for example of \`vercel env pull\`
                --db-url URL          looks into the database as well (or DATABASE_URL): connect as postgres
                --url URL             asks the running store as well
                --production          real shoppers are meant, whatever the addresses say
                --strict              a warning fails like a problem`;

/** Where `npm run dev` notes the settings of its local stack. */
export const localSettingsFile = (stateDir: string): string => join(stateDir, "settings.env");

/** @param folder the clone, @param stateDir its .local */
export function readDoctorOptions(
  args: string[],
  shell: Environment,
  { folder, stateDir }: { folder: string; stateDir: string },
): DoctorOptions {
  const { values } = parse(args);
  const file = values["env-file"];
  if (file && !existsSync(file)) throw new Problem(`There is no file "${file}".`);
  const given = file ? (parseEnv(readFileSync(file, "utf8")) as Environment) : readEnvironment(folder, shell);
  const isHosted = Boolean(file || given.NEXT_PUBLIC_SUPABASE_URL);
  const local = isHosted ? {} : readLocal(localSettingsFile(stateDir));
  const settings = { ...local, ...given };
  const databaseUrl = values["db-url"] ?? settings.DATABASE_URL;
  const storeUrl = (values.url ?? local.STORE_URL)?.replace(/\/+$/, "");
  return {
    settings,
    isProduction:
      values.production || !isLocalAddress(settings.NEXT_PUBLIC_SUPABASE_URL || "http://localhost"),
    isStrict: values.strict ?? false,
    ...(databaseUrl && { databaseUrl }),
    ...(storeUrl && { storeUrl }),
  };
}

function readLocal(file: string): Environment {
  if (!existsSync(file)) {
    throw new Problem(
      'There are no settings of a Supabase project, and no local stack was started here yet: fill in .env.local, or run "npm run dev" first.',
    );
  }
  return parseEnv(readFileSync(file, "utf8")) as Environment;
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({
      args,
      options: { "env-file": text, "db-url": text, url: text, production: flag, strict: flag },
    });
  } catch (error) {
    throw new Problem(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}
