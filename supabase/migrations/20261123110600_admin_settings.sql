-- Durations and caps, the history of the sweep, and mending with a name.

create function private.settings_as_json()
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'holdSeconds', s.hold_seconds, 'vipHoldSeconds', s.vip_hold_seconds, 'maxHoldTurns', s.max_hold_turns,
      'maxUnitsPerLine', s.max_units_per_line, 'maxUnitsPerVariant', s.max_units_per_variant,
      'maxUnitsPerShopper', s.max_units_per_shopper, 'maxHoldsPerMinute', s.max_holds_per_minute,
      'shownStockLimit', s.shown_stock_limit, 'lowStockAt', s.low_stock_at,
      'lowStockClearsAt', s.low_stock_clears_at,
      'lapsedShownSeconds', s.lapsed_shown_seconds, 'trailKeptDays', s.trail_kept_days,
      'mergedGuestSeconds', s.merged_guest_seconds, 'maxUnconvertedHolds', s.max_unconverted_holds,
      'unconvertedWindowSeconds', s.unconverted_window_seconds, 'coolDownSeconds', s.cool_down_seconds,
      'maxSharePerAddressPercent', s.max_share_per_address_percent,
      'minUnitsPerAddress', s.min_units_per_address, 'maxUnitsPerAddress', s.max_units_per_address,
      'maxRequestsPerAddress', s.max_requests_per_address, 'shippingCents', s.shipping_cents,
      'paymentWindowSeconds', s.payment_window_seconds, 'maxPayingSeconds', s.max_paying_seconds,
      'minReturnedSeconds', s.min_returned_seconds)
    from public.store_settings as s);
end;
$$;
comment on function private.settings_as_json() is
  'The settings of the store, named as its API names them; but for its currency, which every price is written in.';

create function public.admin_settings()
returns jsonb
language plpgsql
stable
security definer -- reads settings for a caller that has established that it is an admin
set search_path = ''
as $$
begin
  return jsonb_build_object('serverNow', statement_timestamp(), 'settings', private.settings_as_json());
end;
$$;
comment on function public.admin_settings() is
  'The durations and caps of the store: {serverNow, settings}. Locks nothing.';

create function public.admin_save_settings(p_settings jsonb, p_admin_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- writes settings for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_unknown text;
begin
  if p_settings is null or jsonb_typeof(p_settings) <> 'object' or p_admin_id is null then
    perform private.raise_invalid_request('p_settings says what, and p_admin_id who');
  end if;
  select k.name into v_unknown from jsonb_object_keys(p_settings) as k (name)
  where not private.settings_as_json() ? k.name limit 1;
  if found then
    perform private.raise_invalid_request('no setting is called ' || v_unknown);
  end if;
  perform private.act_as_admin(p_admin_id, 'settings');
  -- What is left out stays.
  with given as (select private.settings_as_json() || p_settings as g)
  update public.store_settings as s
  set hold_seconds = (g ->> 'holdSeconds')::integer, vip_hold_seconds = (g ->> 'vipHoldSeconds')::integer,
      max_hold_turns = (g ->> 'maxHoldTurns')::integer, max_units_per_line = (g ->> 'maxUnitsPerLine')::integer,
      max_units_per_variant = (g ->> 'maxUnitsPerVariant')::integer,
      max_units_per_shopper = (g ->> 'maxUnitsPerShopper')::integer,
      max_holds_per_minute = (g ->> 'maxHoldsPerMinute')::integer,
      shown_stock_limit = (g ->> 'shownStockLimit')::integer, low_stock_at = (g ->> 'lowStockAt')::integer,
      low_stock_clears_at = (g ->> 'lowStockClearsAt')::integer,
      lapsed_shown_seconds = (g ->> 'lapsedShownSeconds')::integer,
      trail_kept_days = (g ->> 'trailKeptDays')::integer,
      merged_guest_seconds = (g ->> 'mergedGuestSeconds')::integer,
      max_unconverted_holds = (g ->> 'maxUnconvertedHolds')::integer,
      unconverted_window_seconds = (g ->> 'unconvertedWindowSeconds')::integer,
      cool_down_seconds = (g ->> 'coolDownSeconds')::integer,
      max_share_per_address_percent = (g ->> 'maxSharePerAddressPercent')::integer,
      min_units_per_address = (g ->> 'minUnitsPerAddress')::integer,
      max_units_per_address = (g ->> 'maxUnitsPerAddress')::integer,
      max_requests_per_address = (g ->> 'maxRequestsPerAddress')::integer,
      shipping_cents = (g ->> 'shippingCents')::integer,
      payment_window_seconds = (g ->> 'paymentWindowSeconds')::integer,
      max_paying_seconds = (g ->> 'maxPayingSeconds')::integer,
      min_returned_seconds = (g ->> 'minReturnedSeconds')::integer
  from given where s.is_only_row;
  perform private.end_acting();
  return jsonb_build_object('outcome', 'saved', 'serverNow', clock_timestamp(),
                            'settings', private.settings_as_json());
end;
$$;
comment on function public.admin_save_settings(jsonb, uuid) is
  'Changes durations and caps; what is left out stays. Holds keep what applied when they were made. Answers {outcome: saved, serverNow, settings}. Locks the settings'' row. Idempotent. Raises HF001 for an unknown name or without an admin, 23514 for a value that the table refuses.';

create function public.admin_sweep_runs(p_before bigint default null, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer -- reads housekeeping for a caller that has established that it is an admin
set search_path = ''
as $$
begin
  if p_limit is null or p_limit not between 1 and 200 then
    perform private.raise_invalid_request('p_limit is 1 to 200 runs');
  end if;
  return (
    with run as (
      select w.*, row_number() over (order by w.id desc) as place from public.sweep_runs as w
      where p_before is null or w.id < p_before order by w.id desc limit p_limit + 1
    )
    select jsonb_build_object(
      'serverNow', statement_timestamp(),
      'runs', coalesce(jsonb_agg(jsonb_build_object(
        'id', r.id, 'startedAt', r.started_at, 'milliseconds',
        round(extract(epoch from r.finished_at - r.started_at) * 1000)::integer,
        'expired', r.expired, 'units', r.units, 'more', r.is_more) order by r.id desc)
        filter (where r.place <= p_limit), '[]'),
      'next', case when count(*) > p_limit then min(r.id) filter (where r.place <= p_limit) end)
    from run as r);
end;
$$;
comment on function public.admin_sweep_runs(bigint, integer) is
  'Runs of the sweep, the last one first, at most p_limit: {serverNow, runs: [{id, startedAt, milliseconds, expired: holds, units, more}], next: pass it as p_before for the following page; null at the end}. Locks nothing. Raises HF001 for a limit outside 1..200.';

create function public.admin_repair_stock(p_dry_run boolean, p_admin_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- writes counters and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_answer jsonb;
begin
  if p_admin_id is null then
    perform private.raise_invalid_request('p_admin_id says who');
  end if;
  v_answer := public.repair_stock_consistency(p_dry_run);
  if not p_dry_run and v_answer -> 'findings' <> '[]' then
    perform private.act_as_admin(p_admin_id, 'repair');
    perform private.note_admin('stock', null, null, v_answer -> 'findings');
    perform private.end_acting();
  end if;
  return v_answer || jsonb_build_object('serverNow', clock_timestamp());
end;
$$;
comment on function public.admin_repair_stock(boolean, uuid) is
  'repair_stock_consistency, with the admin who asked for it in admin_trail where there was something to mend. Answers {dryRun, findings: each with repaired, serverNow}. Locks as that one does. Safe to repeat. Raises HF001 without an admin, or where p_dry_run is null.';

revoke all on function public.admin_settings() from public, anon, authenticated, service_role;
revoke all on function public.admin_save_settings(jsonb, uuid) from public, anon, authenticated, service_role;
revoke all on function public.admin_sweep_runs(bigint, integer) from public, anon, authenticated, service_role;
revoke all on function public.admin_repair_stock(boolean, uuid) from public, anon, authenticated, service_role;
grant execute on function public.admin_settings() to service_role;
grant execute on function public.admin_save_settings(jsonb, uuid) to service_role;
grant execute on function public.admin_sweep_runs(bigint, integer) to service_role;
grant execute on function public.admin_repair_stock(boolean, uuid) to service_role;
