-- Somebody calls prune_trail: the daily cron route, and pg_cron where there is one.

create table public.prune_runs (
  id bigint generated always as identity primary key,
  started_at timestamptz not null,
  finished_at timestamptz not null check (finished_at >= started_at),
  trail_before timestamptz,
  trail_rows integer not null check (trail_rows >= 0),
  counters integer not null check (counters >= 0),
  is_more boolean not null
);
create index prune_runs_started_at_idx on public.prune_runs (started_at);
comment on table public.prune_runs is 'One row per run of prune_old_records, kept for 400 days: what went of the trail by age, its totals kept.';
comment on column public.prune_runs.started_at is 'The instant by which counters were old or not.';
comment on column public.prune_runs.finished_at is 'When the run was about to commit.';
comment on column public.prune_runs.trail_before is 'Rows of the trail from before this instant went; null: the trail is kept for ever.';
comment on column public.prune_runs.trail_rows is 'Rows of the trail that went.';
comment on column public.prune_runs.counters is 'Counters of webhook failures that went.';
comment on column public.prune_runs.is_more is 'Whether as much went as the run was allowed to take, so that there may be more.';

alter table public.prune_runs enable row level security;
revoke all on public.prune_runs from public, anon, authenticated, service_role;
grant select on public.prune_runs to service_role;

create function public.prune_old_records(p_limit integer default 10000)
returns jsonb
language plpgsql
volatile
security definer -- deletes from the trail, by the age that the settings say and no other, for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_trail jsonb := private.prune_trail(p_limit);
  v_counters integer;
  v_more boolean;
begin
  delete from public.webhook_failures as w
  where w.ctid in (select o.ctid from public.webhook_failures as o where o.hour < v_now - interval '90 days' limit p_limit);
  get diagnostics v_counters = row_count;
  delete from public.prune_runs as r
  where r.ctid in (select o.ctid from public.prune_runs as o where o.started_at < v_now - interval '400 days' limit p_limit);
  v_more := (v_trail ->> 'more')::boolean or v_counters >= p_limit;
  insert into public.prune_runs (started_at, finished_at, trail_before, trail_rows, counters, is_more)
  values (v_now, greatest(clock_timestamp(), v_now), (v_trail ->> 'before')::timestamptz,
          (v_trail ->> 'pruned')::integer, v_counters, v_more);
  return jsonb_build_object('serverNow', v_now, 'trailBefore', v_trail -> 'before', 'trailRows', v_trail -> 'pruned',
                            'counters', v_counters, 'more', v_more);
end;
$$;
comment on function public.prune_old_records(integer) is
  'Housekeeping once a day or more often: deletes at most p_limit rows of the trail that are older than trail_kept_days (never younger than 30 days; nothing where the setting is null) after adding them to their totals, and counters of webhook failures older than 90 days, and leaves a row in prune_runs. Answers {serverNow, trailBefore: instant or null, trailRows, counters, more: call again}. Callers choose how many, not how old. Locks the rows that it deletes. Safe to repeat and to run several times at once. Raises HF001 for a limit outside 1..100000.';

revoke all on function public.prune_old_records(integer) from public, anon, authenticated, service_role;
grant execute on function public.prune_old_records(integer) to service_role;
