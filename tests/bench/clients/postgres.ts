import postgres from "postgres";

export type Sql = postgres.Sql;

/** A client of its own: one connection, statements prepared once, in the role that the store's server has. */
function connect(url: string): Sql {
  return postgres(url, {
    max: 1,
    prepare: true,
    onnotice: () => {},
    max_lifetime: null,
    connection: { application_name: "bench client", role: "service_role" },
  });
}

const idle = new Map<string, Sql[]>();

/** Connections that nobody else uses until they are given back; they outlive a slice, as in a server's pool. */
export async function lend(url: string, count: number) {
  const free = idle.get(url) ?? [];
  idle.set(url, free);
  const lent = Array.from({ length: count }, () => free.pop() ?? connect(url));
  await Promise.all(lent.map((sql) => sql`select 1`));
  return { connections: lent, giveBack: () => void free.push(...lent) };
}

/** Runs a statement that is prepared on its connection once. */
export function run(sql: Sql, text: string, values: unknown[]) {
  return sql.unsafe(text, values as postgres.ParameterOrJSON<never>[], { prepare: true });
}
