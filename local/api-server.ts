import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { App, SmtpEmailDriver } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import { asPostgrest, keepSqlStates, surviveBrokenConnections, withBrokenConnections } from "./api-errors.ts";

// The Supabase Data and Auth API on one database, as a process of its own (started by supabase-api.ts).
// Not `lite start`: see serveOnly() below.

type Serve = (
  options: {
    port: number;
    hostname: string;
    fetch(request: Request, env: { incoming: { socket: { remoteAddress?: string } } }): Promise<Response>;
  },
  listening: () => void,
) => unknown;

keepSqlStates();
surviveBrokenConnections();

const env = (name: string): string => process.env[name] ?? "";

const connection = serveOnly(
  createPostgresConnection({
    url: env("HOLDFAST_API_DATABASE_URL"),
    postgresOptions: {
      max: Number(env("HOLDFAST_API_POOL")),
      onnotice: () => {},
      // What hosted Supabase sets for the role of its API, which owns no settings here.
      connection: { application_name: "supabase api", statement_timeout: 8_000, lock_timeout: 8_000 },
      types: { json: jsonAsIs(114), jsonb: jsonAsIs(3802) },
    },
  }),
);

const app = new App({
  connection,
  auth: {
    enabled: true,
    jwt_secret: env("HOLDFAST_API_JWT_SECRET"),
    publishable_key: env("HOLDFAST_API_PUBLISHABLE_KEY"),
    secret_key: env("HOLDFAST_API_SECRET_KEY"),
    site_url: env("HOLDFAST_API_SITE_URL"),
    // As in supabase/config.toml, which is what a hosted project is set up with.
    minimum_password_length: 8,
    email: { enable_signup: true, enable_confirmations: true },
  },
  studio: { enabled: false },
  options: mailDriver(env("HOLDFAST_API_SMTP_URL")),
});
await app.init();

// The server that lite itself depends on, found from where lite is installed.
const fromLite = createRequire(createRequire(import.meta.url).resolve("@supabase/lite/dist/manifest.json"));
const { serve } = (await import(pathToFileURL(fromLite.resolve("@hono/node-server")).href)) as {
  serve: Serve;
};

serve(
  {
    port: Number(env("HOLDFAST_API_PORT")),
    hostname: "127.0.0.1",
    fetch: (request, { incoming }) => {
      const peerAddress = incoming.socket.remoteAddress ?? null;
      return withBrokenConnections(async () =>
        asPostgrest(await app.fetch(await asLiteKnows(request), { peerAddress })),
      );
    },
  },
  () => process.send?.("listening"),
);

/** Mails go to the local mailbox where one is named, else into the log. */
function mailDriver(url: string) {
  if (url === "") return {};
  const { hostname: host, port } = new URL(url);
  const from = { name: "Holdfast", address: "accounts@holdfast.test" };
  return { drivers: { email: new SmtpEmailDriver({ host, port: Number(port), from }) } };
}

/**
 * The type "email", which Supabase asks for with any code from an e-mail, finds no code in lite; its "magiclink"
 * looks for both kinds of code, as "email" does on hosted Supabase.
 */
async function asLiteKnows(request: Request): Promise<Request> {
  if (request.method !== "POST" || new URL(request.url).pathname !== "/auth/v1/verify") return request;
  const text = (await request.text()).replace(/"type":\s*"email"/, '"type":"magiclink"');
  return new Request(request.url, { method: "POST", headers: request.headers, body: text });
}

/**
 * Lite hands the JSON arguments of `rpc()` to the driver as text, and the driver encodes them again: a function
 * would receive a JSON string instead of an object. Text goes through as it is, everything else is encoded once.
 */
function jsonAsIs(oid: number) {
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value)),
    parse: (text: string): unknown => JSON.parse(text),
  };
}

/**
 * Lite prepares a database for row-level security by granting anon, authenticated and service_role everything on
 * every table (it is made for databases of its own). Ours has its roles and grants from the migrations, and they
 * are the point: so it is told that all is prepared, and that every request must run in the role of its key.
 */
function serveOnly<Connection extends object>(connection: Connection): Connection {
  if (!("ensureRlsContext" in connection)) {
    throw new Error("@supabase/lite has changed: check how it prepares roles and grants before using it.");
  }
  return Object.assign(connection, { ensureRlsContext: async () => true });
}
