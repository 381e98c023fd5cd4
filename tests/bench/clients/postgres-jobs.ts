import { randomUUID } from "node:crypto";
import { type Call, type HoldJob, type Job, many, type Outcome, oneOf } from "./jobs.ts";
import { run, type Sql } from "./postgres.ts";

const columns =
  "id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at, max_expires_at";
const values = "1, 'active', 900, now(), now() + interval '15 minutes', now() + interval '2 hours'";

/** A guest that nobody has seen before wants one unit. */
export const newRequest = (variants: string[]) => ({
  shopperId: randomUUID(),
  lines: [{ variantId: oneOf(variants), quantity: 1 }],
});
export type Request = ReturnType<typeof newRequest>;

/** Calls `reserve_stock`, or what stands in for it. Answers per request whether it was held. */
export async function reserve(
  sql: Sql,
  requests: Request[],
  name = "public.reserve_stock",
): Promise<boolean[]> {
  const [row] = await run(sql, `select ${name}($1::jsonb) as answer`, [sql.json(requests)]);
  const answers: { outcome: string }[] = row?.answer.answers;
  return answers.map(({ outcome }) => {
    if (outcome !== "held" && outcome !== "insufficient_stock") throw new Error(`Answered ${outcome}`);
    return outcome === "held";
  });
}

/** The call of a hold job on one connection. */
export function holdCall(job: HoldJob, sql: Sql): Call {
  const variant = () => oneOf(job.variants);
  const insertOne = (table: string) =>
    run(
      sql,
      `insert into ${table} (${columns}) values (gen_random_uuid(), $1::uuid, $2::uuid, $3::uuid, ${values})`,
      [randomUUID(), variant(), job.locationId],
    );
  switch (job.kind) {
    case "reserve":
      return async () =>
        heldOf(
          await reserve(
            sql,
            many(job.batch, () => newRequest(job.variants)),
          ),
        );
    case "insert":
      if (job.batch === 1) return async () => counted(await insertOne("bench.inserted_holds"));
      return async () =>
        counted(
          await run(
            sql,
            `insert into bench.inserted_holds (${columns})
             select gen_random_uuid(), h.shopper_id, h.variant_id, $3::uuid, ${values}
             from unnest($1::uuid[], $2::uuid[]) as h (shopper_id, variant_id)`,
            [many(job.batch, randomUUID), many(job.batch, variant), job.locationId],
          ),
        );
    case "update":
      return async () =>
        counted(
          await run(
            sql,
            "update bench.counters set reserved = reserved + 1 where variant_id = $1::uuid and location_id = $2::uuid",
            [variant(), job.locationId],
          ),
        );
    case "naive":
      return () => insertOne("bench.naive_holds").then(counted, refusedBy("BE001"));
    case "minimal":
      return async () => {
        const [row] =
          job.batch === 1
            ? await run(sql, "select bench.hold_one($1::uuid, $2::uuid, $3::uuid) as granted", [
                randomUUID(),
                variant(),
                job.locationId,
              ])
            : await run(sql, "select bench.hold_many($1::uuid[], $2::uuid[], $3::uuid) as granted", [
                many(job.batch, randomUUID),
                many(job.batch, variant),
                job.locationId,
              ]);
        return heldOf(many(job.batch, () => row?.granted));
      };
    case "contract": {
      const name = job.batch === 1 ? "bench.contract_one" : "bench.contract_many";
      return async () =>
        heldOf(
          await reserve(
            sql,
            many(job.batch, () => newRequest(job.variants)),
            name,
          ),
        );
    }
    case "refuse":
      return async () => heldOf(await reserve(sql, [newRequest(job.variants)], "bench.refuse"));
    case "lockThenSum":
      return async () => {
        const text = "select bench.lock_then_sum($1::uuid, $2::uuid, $3::uuid) as granted";
        const [row] = await run(sql, text, [randomUUID(), variant(), job.locationId]);
        return heldOf([row?.granted]);
      };
  }
}

/** Reads one variant's availability: granted where there is some. */
export function availabilityCall({ variants }: Extract<Job, { kind: "availability" }>, sql: Sql): Call {
  return async () => {
    const [row] = await run(sql, "select public.get_availability($1::uuid[]) as answer", [[oneOf(variants)]]);
    return heldOf([row?.answer.availability[0].available > 0]);
  };
}

/** Each answer is a hold that was swept. */
export function sweepCall({ limit, pause }: Extract<Job, { kind: "sweep" }>, sql: Sql): Call {
  return async () => {
    const [row] = await run(sql, "select public.expire_reservations($1::int) as answer", [limit]);
    const expired: number = row?.answer.expired;
    return { answers: expired, granted: expired, rest: pause };
  };
}

/** The same of `bench.expire_least`. */
export function leastSweepCall(job: Extract<Job, { kind: "leastSweep" }>, sql: Sql): Call {
  return async () => {
    const text = "select bench.expire_least($1::uuid, $2::uuid, $3::int) as expired";
    const [row] = await run(sql, text, [job.variant, job.locationId, job.limit]);
    return { answers: row?.expired, granted: row?.expired, rest: job.pause };
  };
}

export const heldOf = (held: boolean[]): Outcome => ({
  answers: held.length,
  granted: held.filter(Boolean).length,
});

const counted = ({ count }: { count: number }): Outcome => ({ answers: count, granted: count });

const refusedBy =
  (sqlState: string) =>
  (error: { code?: string }): Outcome => {
    if (error.code !== sqlState) throw error;
    return { answers: 1, granted: 0 };
  };
