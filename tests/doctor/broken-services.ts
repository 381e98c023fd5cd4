import type { Level } from "../../local/doctor/check.ts";
import { sound } from "./broken-settings.ts";
import type { Answered, Asked, Service } from "./services.ts";

type Broken = { what: string; service: Service; name: string; level: Level; says: RegExp };

const CRON = "/api/cron/cleanup-reservations";
const begins =
  (start: string, answered: Answered, when: (asked: Asked) => boolean = () => true): Service =>
  (asked) =>
    asked.path.startsWith(start) && when(asked) ? answered : undefined;
const row = { status: 200, json: [{}] };
const nothing = { status: 404, json: { code: "PGRST205", message: "Could not find the table" } };
const denied = { status: 403, json: { code: "42501", message: "permission denied for schema" } };
const hasSecret = ({ headers }: Asked) => headers.authorization === `Bearer ${sound.CRON_SECRET}`;
const asks =
  (schema: string) =>
  ({ headers }: Asked) =>
    headers["accept-profile"] === schema;
const closed = [
  "stock_levels",
  "reservations",
  "shoppers",
  "store_settings",
  "orders",
  "payments",
  "audit_log",
];

/** Projects and stores that are broken, each in one way, and the check that has to say so. */
export const brokenServices: Broken[] = [
  ...[401, 403].map(
    (status): Broken => ({
      what: `a project that refuses the secret key by ${status}`,
      service: begins(
        "/rest/v1/store_settings",
        { status, json: { message: "Invalid API key" } },
        isWithSecretKey,
      ),
      name: "settings-row",
      level: "problem",
      says: /refuses SUPABASE_SECRET_KEY/,
    }),
  ),
  {
    what: "a project without migrations",
    service: begins("/rest/v1/store_settings", nothing, isWithSecretKey),
    name: "settings-row",
    level: "problem",
    says: /no tables of the store/,
  },
  {
    what: "a project that is paused",
    service: begins("/rest/v1/store_settings", { status: 540 }, isWithSecretKey),
    name: "settings-row",
    level: "problem",
    says: /answered 540/,
  },
  {
    what: "a store without its settings",
    service: begins("/rest/v1/store_settings", { status: 200, json: [] }, isWithSecretKey),
    name: "settings-row",
    level: "problem",
    says: /has 0 rows/,
  },
  {
    what: "a publishable key of another project",
    service: begins("/rest/v1/products?select=id", { status: 401, json: { message: "Invalid API key" } }),
    name: "exposed-tables",
    level: "problem",
    says: /may not read the catalogue \(401\)/,
  },
  ...closed.map(
    (table): Broken => ({
      what: `a shop whose ${table} everybody can read`,
      service: begins(`/rest/v1/${table}`, row, (asked) => !isWithSecretKey(asked)),
      name: "exposed-tables",
      level: "problem",
      says: new RegExp(`anybody can read ${table}$`),
    }),
  ),
  {
    what: "a shop whose payments everybody could read, if it had any",
    service: begins("/rest/v1/payments", { status: 200, json: [] }),
    name: "exposed-tables",
    level: "problem",
    says: /anybody can read payments$/,
  },
  ...[200, 400].map(
    (status): Broken => ({
      what: `a shop where everybody may reserve in others' names, answered ${status}`,
      service: begins("/rest/v1/rpc/reserve_stock", { status, json: [] }),
      name: "exposed-functions",
      level: "problem",
      says: /anybody may call reserve_stock/,
    }),
  ),
  {
    what: "a Data API that shows the schema private, where Postgres refuses",
    service: begins("/rest/v1/", denied, asks("private")),
    name: "exposed-schemas",
    level: "problem",
    says: /exposes the schema private$/,
  },
  {
    what: "a Data API that shows the schema auth, and gives what is in it",
    service: begins("/rest/v1/", row, asks("auth")),
    name: "exposed-schemas",
    level: "problem",
    says: /exposes the schema auth$/,
  },
  {
    what: "accounts whose password is in the README",
    service: begins("/auth/v1/token", { status: 200, json: { access_token: "a token" } }),
    name: "demo-accounts",
    level: "problem",
    says: /admin@holdfast\.test/,
  },
  {
    what: "a clock that is an hour off",
    service: begins("/rest/v1/products", {
      ...row,
      headers: { date: new Date(Date.now() - 3_600_000).toUTCString() },
    }),
    name: "clock",
    level: "problem",
    says: /3[56]\d\d s off/,
  },
  {
    what: "answers whose date is none",
    service: begins("/rest/v1/products", { ...row, headers: { date: "today" } }),
    name: "clock",
    level: "warning",
    says: /no date/,
  },
  {
    what: "a store that does not reach its database",
    service: begins("/api/health", { status: 503 }),
    name: "store-health",
    level: "problem",
    says: /answered 503/,
  },
  {
    what: "a store that sweeps for everybody",
    service: begins(CRON, { status: 200 }),
    name: "store-cron",
    level: "problem",
    says: /anybody may run/,
  },
  {
    what: "a store with another cron secret",
    service: begins(CRON, { status: 401 }),
    name: "store-cron",
    level: "problem",
    says: /answered 401 to this CRON_SECRET/,
  },
  {
    what: "a store whose sweep fails",
    service: begins(CRON, { status: 500 }, hasSecret),
    name: "store-cron",
    level: "problem",
    says: /answered 500/,
  },
];

function isWithSecretKey({ headers }: Asked): boolean {
  return headers.apikey === sound.SUPABASE_SECRET_KEY;
}
