-- Invariant 10: the trail is pruned by age, by its owner, after totals are kept.

create table public.trail_totals (
  day date not null,
  variant_id uuid not null,
  location_id uuid not null,
  entity text not null check (entity in ('reservation', 'stock_level')),
  actor text not null,
  cause text not null,
  changes bigint not null check (changes > 0),
  units_before bigint not null,
  units_after bigint not null,
  primary key (variant_id, location_id, day, entity, actor, cause)
);
comment on table public.trail_totals is 'What is left of pruned rows of the trail: one row per day, stock level, who and why.';
comment on column public.trail_totals.day is 'The day in UTC.';
comment on column public.trail_totals.changes is 'Rows of the trail that were pruned.';
comment on column public.trail_totals.units_before is 'Their units before, summed: of holds, or on hand. Nothing counts as 0.';
comment on column public.trail_totals.units_after is 'Their units after, summed: of holds, or on hand. Nothing counts as 0.';

alter table public.trail_totals enable row level security;
revoke all on public.trail_totals from public, anon, authenticated, service_role;
grant select on public.trail_totals to service_role;
create trigger trail_totals_only_grow
  before update or delete or truncate on public.trail_totals for each statement
  when (current_setting('holdfast.cause', true) is distinct from 'system:prune')
  execute function private.refuse_statement('HF008', 'append_only: totals stand for trail that is gone');

create function private.keep_total_of_trail()
returns trigger
language plpgsql
volatile
set search_path = ''
as $$
begin
  if tg_table_name = 'reservation_trail' then
    insert into public.trail_totals as t
      (day, variant_id, location_id, entity, actor, cause, changes, units_before, units_after)
    select (g.at at time zone 'UTC')::date, g.variant_id, g.location_id, 'reservation', g.actor, g.cause, count(*),
           sum(coalesce(g.old_quantity, 0)), sum(coalesce(g.new_quantity, 0))
    from gone as g group by 1, 2, 3, 5, 6
    on conflict (variant_id, location_id, day, entity, actor, cause) do update
    set changes = t.changes + excluded.changes, units_before = t.units_before + excluded.units_before,
        units_after = t.units_after + excluded.units_after;
  else
    insert into public.trail_totals as t
      (day, variant_id, location_id, entity, actor, cause, changes, units_before, units_after)
    select (g.at at time zone 'UTC')::date, g.variant_id, g.location_id, 'stock_level', g.actor, g.cause, count(*),
           sum(coalesce((g.before ->> 'onHand')::bigint, 0)), sum(coalesce((g.after ->> 'onHand')::bigint, 0))
    from gone as g group by 1, 2, 3, 5, 6
    on conflict (variant_id, location_id, day, entity, actor, cause) do update
    set changes = t.changes + excluded.changes, units_before = t.units_before + excluded.units_before,
        units_after = t.units_after + excluded.units_after;
  end if;
  return null;
end;
$$;
comment on function private.keep_total_of_trail() is
  'Adds what is deleted from the trail to trail_totals, in the same statement: no row goes that is not counted.';

create trigger reservation_trail_keep_total after delete on public.reservation_trail
  referencing old table as gone for each statement execute function private.keep_total_of_trail();
create trigger stock_trail_keep_total after delete on public.stock_trail
  referencing old table as gone for each statement execute function private.keep_total_of_trail();

create function private.prune_trail(p_limit integer default 10000)
returns jsonb
language plpgsql
volatile
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_before timestamptz;
  v_holds integer;
  v_levels integer;
  v_orders integer;
begin
  if p_limit is null or p_limit not between 1 and 100000 then
    perform private.raise_invalid_request('p_limit is 1 to 100000 rows');
  end if;
  -- Null keeps all of it: nothing is older than null. The floor stands here too, for a setting that lost its CHECK.
  select case when s.trail_kept_days is not null
              then clock_timestamp() - make_interval(days => greatest(s.trail_kept_days, 30)) end into strict v_before
  from public.store_settings as s;
  perform private.set_cause('system:prune');
  delete from public.reservation_trail as t
  where t.ctid in (select o.ctid from public.reservation_trail as o where o.at < v_before limit p_limit);
  get diagnostics v_holds = row_count;
  delete from public.stock_trail as t
  where t.ctid in (select o.ctid from public.stock_trail as o where o.at < v_before limit p_limit - v_holds);
  get diagnostics v_levels = row_count;
  delete from public.order_trail as t
  where t.ctid in (select o.ctid from public.order_trail as o where o.at < v_before limit p_limit - v_holds - v_levels);
  get diagnostics v_orders = row_count;
  perform private.set_cause('');
  return jsonb_build_object('before', v_before, 'pruned', v_holds + v_levels + v_orders,
                            'more', v_holds + v_levels + v_orders >= p_limit);
end;
$$;
comment on function private.prune_trail(integer) is
  'Deletes at most p_limit rows of the trail that are older than trail_kept_days, after adding them to trail_totals and order_trail_totals. Never what is younger than 30 days, and nothing where the setting is null. Answers {before: instant or null, pruned: rows, more: call again}. For the owner of the schema alone: no role of the Data API may call it, but through prune_old_records. Locks the rows that it deletes. Safe to repeat and to run several times at once. Raises HF001 for a limit outside 1..100000.';
