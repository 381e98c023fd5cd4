import { type Check, type Finding, fine, graver, type Patient, problem, warning } from "../check.ts";

type Answer = { status: number; body: unknown; date: number };

async function ask(patient: Patient, key: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const { NEXT_PUBLIC_SUPABASE_URL: url } = patient.settings;
  const response = await fetch(`${url}${path}`, {
    ...init,
    signal: AbortSignal.timeout(10_000),
    headers: {
      apikey: key,
      "content-type": "application/json",
      ...(key.startsWith("eyJ") && { authorization: `Bearer ${key}` }),
      ...init.headers,
    },
  });
  const text = await response.text();
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Whoever answered does not speak JSON: the status says enough.
  }
  return { status: response.status, body, date: Date.parse(response.headers.get("date") ?? "") };
}

const secretOf = ({ settings }: Patient) => settings.SUPABASE_SECRET_KEY ?? "";
const publishableOf = ({ settings }: Patient) => settings.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY ?? "";

export const settingsRow: Check = {
  name: "settings-row",
  needs: "api",
  async examine(patient) {
    const { status, body } = await ask(
      patient,
      secretOf(patient),
      "/rest/v1/store_settings?select=hold_seconds",
    );
    if (status === 401 || status === 403)
      return [problem("the project refuses SUPABASE_SECRET_KEY", "Is it this project's key? Copy it again.")];
    if (status === 404) return [problem("the project has no tables of the store", "npx supabase db push")];
    if (status !== 200)
      return [problem(`the project answered ${status}`, "Is it paused? Look at its dashboard.")];
    const rows = Array.isArray(body) ? body.length : 0;
    if (rows !== 1)
      return [
        problem(
          `store_settings has ${rows} rows`,
          "It has to have its one row: insert into store_settings default values.",
        ),
      ];
    return [fine("the project answers, and the settings are there")];
  },
};

const closedTables = [
  "stock_levels",
  "reservations",
  "shoppers",
  "store_settings",
  "orders",
  "payments",
  "audit_log",
];

export const exposedTables: Check = {
  name: "exposed-tables",
  needs: "api",
  async examine(patient) {
    const key = publishableOf(patient);
    const shop = await ask(patient, key, "/rest/v1/products?select=id&limit=1");
    if (shop.status !== 200)
      return [
        problem(
          `the publishable key may not read the catalogue (${shop.status})`,
          "Is it this project's key? Were all migrations applied?",
        ),
      ];
    const open: string[] = [];
    for (const table of closedTables) {
      // Also an empty answer is one: the rows come later.
      const { status } = await ask(patient, key, `/rest/v1/${table}?select=*&limit=1`);
      if (status === 200) open.push(table);
    }
    return [
      open.length === 0
        ? fine("browsers can read the catalogue and nothing else")
        : problem(
            `anybody can read ${open.join(", ")}`,
            "Take the grants back: npm run doctor -- --db-url says which.",
          ),
    ];
  },
};

export const exposedFunctions: Check = {
  name: "exposed-functions",
  needs: "api",
  async examine(patient) {
    // Harmless if it is let through: nothing is asked for.
    const { status } = await ask(patient, publishableOf(patient), "/rest/v1/rpc/reserve_stock", {
      method: "POST",
      body: JSON.stringify({ p_requests: [] }),
    });
    return [
      status === 401 || status === 403 || status === 404
        ? fine("browsers cannot call the functions of the store")
        : problem(
            `anybody may call reserve_stock (answered ${status})`,
            "revoke execute on all functions in schema public from public, anon, authenticated;",
          ),
    ];
  },
};

/** Each with something that is there in every shop, and that asking for changes nothing of. */
const innerSchemas = [
  { schema: "private", path: "rpc/settings_as_json" },
  { schema: "auth", path: "users?limit=1" },
];

export const exposedSchemas: Check = {
  name: "exposed-schemas",
  needs: "api",
  async examine(patient) {
    const open: string[] = [];
    for (const { schema, path } of innerSchemas) {
      const { status, body } = await ask(patient, secretOf(patient), `/rest/v1/${path}`, {
        headers: { "accept-profile": schema },
      });
      // Of a schema that is shown the Data API passes the question on, and Postgres answers or refuses it (42501). Of
      // another it says PGRST106, and a gateway that knows but one schema that there is no such thing in that one.
      const code = (body as { code?: string } | null)?.code;
      if (status === 200 || code?.startsWith("42")) open.push(schema);
    }
    return [
      open.length === 0
        ? fine("the Data API shows no inner schema")
        : problem(
            `the Data API exposes the schema ${open.join(" and ")}`,
            "Supabase, Settings, Data API, Exposed schemas: public alone.",
          ),
    ];
  },
};

const DEMO = { email: "admin@holdfast.test", password: "tidewater-demo" };

export const demoAccounts: Check = {
  name: "demo-accounts",
  needs: "api",
  async examine(patient) {
    const { status } = await ask(patient, publishableOf(patient), "/auth/v1/token?grant_type=password", {
      method: "POST",
      body: JSON.stringify(DEMO),
    });
    if (status !== 200) return [fine("the accounts with known passwords do not exist")];
    if (!patient.isProduction) return [fine("the demo accounts exist, as they should on this machine")];
    return [
      problem(
        `${DEMO.email}, an admin, signs in with the password from the README`,
        "Delete the three accounts: Supabase, Authentication, Users.",
      ),
    ];
  },
};

/** Seconds by which an answer's clock may differ: certificates and cookies bear more, codes and webhooks do not. */
const MOST = 60;

export const clock: Check = {
  name: "clock",
  needs: "api",
  async examine(patient) {
    const before = patient.now();
    const { date } = await ask(patient, publishableOf(patient), "/rest/v1/products?select=id&limit=1");
    return [clockFinding(date, before, patient.now(), patient.isProduction)];
  },
};

export function clockFinding(there: number, before: number, after: number, isProduction: boolean): Finding {
  if (Number.isNaN(there)) return warning("its answers carry no date", "Compare the clocks by hand.");
  // A date is of whole seconds.
  const skew = Math.max(0, before - there - 1_000, there - after) / 1_000;
  if (skew <= MOST) return fine("this machine's clock and the project's agree");
  return graver(
    isProduction,
    `this machine's clock is ${Math.round(skew)} s off`,
    "Set it by NTP. Holds go by the database's clock alone, but webhooks and sign-ins are refused.",
  );
}
