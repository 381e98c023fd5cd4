-- A schedule inside the database, for hosts that call the cron route once a day or never. Where the extension is
-- missing nothing is scheduled, and nothing is lost: an expired hold blocks nobody. Beside a host that sweeps every
-- five minutes it does no harm, the sweep may run several times at once.

create function private.schedule_sweep()
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
  if to_regprocedure('cron.schedule(text, text, text)') is null then
    return 'skipped';
  end if;
  -- By name: scheduling again replaces the job. One bounded batch a minute is 7.2 million holds a day.
  perform cron.schedule('holdfast-sweep', '* * * * *', 'select public.expire_reservations(5000)');
  -- More than a busy shop writes: 1.2 million rows of the trail a day.
  perform cron.schedule('holdfast-prune-records', '41 * * * *', 'select public.prune_old_records(50000)');
  perform cron.schedule('holdfast-prune-sources', '* * * * *', 'select public.prune_sources(5000)');
  return 'scheduled';
end;
$$;
comment on function private.schedule_sweep() is
  'Has pg_cron sweep every minute, and prune the trail every hour, in the name of the caller, who has to be the owner of the schema. Answers scheduled, or skipped where there is no pg_cron. Repeating it replaces the jobs. Payments that nobody finished are settled by the cron route alone, which asks Stripe.';

do $$
begin
  if exists (select from pg_catalog.pg_available_extensions as e where e.name = 'pg_cron') then
    begin
      create extension if not exists pg_cron with schema pg_catalog;
    exception when others then
      raise notice 'pg_cron is here, but cannot be enabled (%). Enable it, then: select private.schedule_sweep();', sqlerrm;
    end;
  end if;
  if private.schedule_sweep() = 'skipped' then
    raise notice 'pg_cron is missing: nothing sweeps from inside the database. Have a scheduler call GET /api/cron/cleanup-reservations.';
  end if;
end;
$$;
