import { randomUUID } from "node:crypto";
import postgres from "postgres";

export type Sql = postgres.Sql;

/** What a client does over and over during a slice. */
export type Job = {
  kind: "reserve" | "insert" | "update" | "naive" | "lockThenSum";
  /** Holds per call, where the job can take several. */
  batch: number;
  /** Each hold is of one of these, by chance. */
  variants: string[];
  locationId: string;
};

/** What one call came to: how many requests it answered, and how many of them got their unit. */
export type Outcome = { answers: number; granted: number };
export type Call = () => Promise<Outcome>;

/** A client of its own: one connection, statements prepared once, in the role that the store's server has. */
export function connectClient(url: string): Sql {
  return postgres(url, {
    max: 1,
    prepare: true,
    onnotice: () => {},
    max_lifetime: null,
    connection: { application_name: "bench client", role: "service_role" },
  });
}

const holdColumns =
  "id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at, max_expires_at";
const holdValues = "1, 'active', 900, now(), now() + interval '15 minutes', now() + interval '2 hours'";

/** The call of a job on one connection. Every request comes from a guest that nobody has seen before. */
export function callOf(job: Job, sql: Sql): Call {
  const variant = () => job.variants[Math.floor(Math.random() * job.variants.length)] as string;
  const run = (text: string, values: unknown[]) =>
    sql.unsafe(text, values as postgres.ParameterOrJSON<never>[], { prepare: true });
  const insertInto = (table: string) =>
    run(
      `insert into ${table} (${holdColumns}) values (gen_random_uuid(), $1::uuid, $2::uuid, $3::uuid, ${holdValues})`,
      [randomUUID(), variant(), job.locationId],
    );

  switch (job.kind) {
    case "reserve":
      return async () => {
        const requests = many(job.batch, () => ({
          shopperId: randomUUID(),
          lines: [{ variantId: variant(), quantity: 1 }],
        }));
        const [row] = await run("select public.reserve_stock($1::jsonb) as answer", [sql.json(requests)]);
        const answers: { outcome: string }[] = row?.answer.answers;
        return { answers: answers.length, granted: answers.filter((a) => a.outcome === "held").length };
      };
    case "insert":
      if (job.batch === 1) return async () => counted(await insertInto("bench.inserted_holds"));
      return async () =>
        counted(
          await run(
            `insert into bench.inserted_holds (${holdColumns})
             select gen_random_uuid(), h.shopper_id, h.variant_id, $3::uuid, ${holdValues}
             from unnest($1::uuid[], $2::uuid[]) as h (shopper_id, variant_id)`,
            [many(job.batch, () => randomUUID()), many(job.batch, variant), job.locationId],
          ),
        );
    case "update":
      return async () =>
        counted(
          await run(
            "update bench.counters set reserved = reserved + 1 where variant_id = $1::uuid and location_id = $2::uuid",
            [variant(), job.locationId],
          ),
        );
    case "naive":
      return async () => {
        try {
          return counted(await insertInto("bench.naive_holds"));
        } catch (error) {
          if ((error as { code?: string }).code !== "BE001") throw error;
          return { answers: 1, granted: 0 };
        }
      };
    case "lockThenSum":
      return async () => {
        const [row] = await run("select bench.lock_then_sum($1::uuid, $2::uuid, $3::uuid) as granted", [
          randomUUID(),
          variant(),
          job.locationId,
        ]);
        return { answers: 1, granted: row?.granted ? 1 : 0 };
      };
  }
}

const counted = ({ count }: { count: number }): Outcome => ({ answers: count, granted: count });

const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
