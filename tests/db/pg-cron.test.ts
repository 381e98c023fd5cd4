import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, expectConsistent, hold, letTimePass, newShopper, rowOf } from "../support/shop.ts";

const db = useTestDatabase();

const schedule = async () => {
  const [row] = await db.sql<{ answer: string }[]>`select private.schedule_sweep() as answer`;
  return row?.answer;
};

test("without pg_cron nothing is scheduled, and the migration went through all the same", async () => {
  expect(await schedule()).toBe("skipped");
});

// The extension is not part of the Postgres that tests run on: here stand its function and its table alone.
test("with pg_cron one job of each kind is scheduled, by name, and what it runs sweeps", async () => {
  await db.sql`create schema cron`;
  await db.sql`create table cron.job (jobname text primary key, schedule text, command text)`;
  await db.sql`create function cron.schedule(text, text, text) returns bigint language sql as
    'insert into cron.job values ($1, $2, $3) on conflict (jobname) do update set command = excluded.command; select 1::bigint'`;
  for (const _ of ["once", "twice"]) expect(await schedule()).toBe("scheduled");
  const jobs = await db.sql<{ jobname: string; schedule: string; command: string }[]>`
    select * from cron.job order by jobname`;
  expect(jobs.map((job) => [job.jobname, job.schedule])).toEqual([
    ["holdfast-prune-records", "41 * * * *"],
    ["holdfast-prune-sources", "* * * * *"],
    ["holdfast-sweep", "* * * * *"],
  ]);
  const variantId = await createVariant(db.sql, 1);
  const { reservationId } = await hold(db.sql, newShopper(), variantId);
  await letTimePass(db, 901);
  for (const { command } of jobs) await db.sql.unsafe(command);
  expect((await rowOf(db.sql, reservationId)).status).toBe("expired");
  await expectConsistent(db.sql);
});
