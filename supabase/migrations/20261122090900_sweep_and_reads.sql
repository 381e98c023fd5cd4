-- Housekeeping, and what people are shown.

create table public.sweep_runs (
  id bigint generated always as identity primary key,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  expired integer not null check (expired >= 0),
  units integer not null check (units >= 0),
  is_more boolean not null,
  check (finished_at >= started_at)
);
create index sweep_runs_started_at_idx on public.sweep_runs (started_at);
comment on table public.sweep_runs is 'One row per run of the sweep: holds marked expired, units that came back, whether more were left.';
comment on column public.sweep_runs.started_at is 'The instant by which holds were lapsed or not.';
comment on column public.sweep_runs.finished_at is 'When the run was about to commit.';
comment on column public.sweep_runs.expired is 'Holds marked expired.';
comment on column public.sweep_runs.units is 'Units that came back with them.';

create function public.expire_reservations(p_limit integer default 500)
returns jsonb
language plpgsql
volatile
security definer -- writes holds, counters and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_level record;
  v_done record;
  v_expired integer := 0;
  v_units integer := 0;
  v_is_more boolean;
begin
  if p_limit is null or p_limit not between 1 and 10000 then
    perform private.raise_invalid_request('p_limit is 1 to 10000 holds');
  end if;
  -- A level that somebody is working on is left for later. What has lapsed at v_now and is still
  -- active once the level is locked has lapsed for good, so the clock may be read first here.
  for v_level in
    -- Which levels these are is settled before they are locked. Asked of a level while it is being locked, the
    -- condition may hold no longer: then it is left out of what is found, and stays locked all the same.
    with due as materialized (
      select d.variant_id, d.location_id from public.stock_levels as d where d.next_expiry_at <= v_now
    )
    select s.variant_id, s.location_id from due as d
    join public.stock_levels as s on s.variant_id = d.variant_id and s.location_id = d.location_id
    order by s.variant_id, s.location_id
    for no key update of s skip locked
  loop
    v_done := private.expire_lapsed(v_level.variant_id, v_level.location_id, p_limit - v_expired, v_now);
    v_expired := v_expired + v_done.holds;
    v_units := v_units + v_done.units;
    exit when v_expired >= p_limit;
  end loop;
  if not found then
    -- All that has lapsed is on levels where somebody is working, perhaps always. Then the sweep stands in line like
    -- everybody, for one of them, or it would never have its turn. It has locked none, and so can wait for one: which
    -- is settled beforehand here too, or it would wait for the next with the first in its hand.
    begin
      select s.variant_id, s.location_id into v_level from public.stock_levels as s
      where s.next_expiry_at <= v_now order by s.next_expiry_at limit 1;
      if found then
        perform 1 from public.stock_levels as s
        where s.variant_id = v_level.variant_id and s.location_id = v_level.location_id for no key update;
        v_done := private.expire_lapsed(v_level.variant_id, v_level.location_id, p_limit, v_now);
        v_expired := v_done.holds;
        v_units := v_done.units;
      end if;
    exception when lock_not_available then
      v_is_more := true; -- the next run tries again
    end;
  end if;
  v_is_more := coalesce(v_is_more, v_expired >= p_limit);
  perform private.keep_refusals();
  -- Many, because every hold may have left one, and none costs more than its row.
  v_is_more := private.prune_idempotency_keys(5000, v_now) or v_is_more;
  insert into public.sweep_runs (started_at, finished_at, expired, units, is_more)
  values (v_now, clock_timestamp(), v_expired, v_units, v_is_more);
  return jsonb_build_object('serverNow', v_now, 'expired', v_expired, 'units', v_units,
                            'more', v_is_more);
end;
$$;
comment on function public.expire_reservations(integer) is
  'The sweep: marks at most p_limit lapsed holds expired, level by level, takes counted refusals over, prunes answers that were kept for 24 hours (at most 5000) and leaves a row in sweep_runs. Answers {serverNow, expired: holds, units, more: call again}. Takes levels FOR NO KEY UPDATE SKIP LOCKED; where that leaves it nothing, it waits for one, at most 3 s. Nothing waits for it: whoever needs lapsed units takes them. Safe to repeat and to run several times at once. Raises HF001 for a limit outside 1..10000.';

create function private.availability_of(p_variant_id uuid, p_settings public.store_settings, p_now timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_level record;
  v_lapsed integer;
  v_available integer := 0;
  v_is_held boolean := false;
  v_shown integer;
begin
  for v_level in
    select s.* from public.stock_levels as s where s.variant_id = p_variant_id
  loop
    v_lapsed := 0;
    if v_level.next_expiry_at <= p_now then
      -- As many lapsed holds as units are shown at most are enough: each has at least one unit.
      select coalesce(sum(r.quantity), 0) into v_lapsed
      from (
        select r.quantity from public.reservations as r
        where r.variant_id = v_level.variant_id and r.location_id = v_level.location_id
          and r.status = 'active' and r.expires_at <= p_now and r.expires_at >= v_level.next_expiry_at
        order by r.expires_at
        limit p_settings.shown_stock_limit
          + greatest(v_level.reserved + v_level.safety_stock - v_level.on_hand, 0)
      ) as r;
    end if;
    v_available := greatest(
      v_available, v_level.on_hand - v_level.safety_stock - v_level.reserved + v_lapsed);
    v_is_held := v_is_held
      or (v_level.reserved > v_lapsed and v_level.on_hand > v_level.safety_stock);
  end loop;
  v_shown := least(v_available, p_settings.shown_stock_limit);
  return jsonb_build_object(
    'variantId', p_variant_id,
    'available', v_shown,
    'atLeast', v_available >= p_settings.shown_stock_limit,
    'state', case when v_shown > p_settings.low_stock_at then 'in_stock'
                  when v_shown > 0 then 'low_stock'
                  when v_is_held then 'held' else 'sold_out' end,
    'nextReleaseAt', case when v_shown = 0 and v_is_held then private.next_release_at(p_variant_id, p_now) end);
end;
$$;
comment on function private.availability_of(uuid, public.store_settings, timestamptz) is
  'What of a variant can be held now, as get_availability says it. Its cost grows neither with the holds that are live nor with those that have lapsed.';

create function public.get_availability(p_variant_ids uuid[])
returns jsonb
language plpgsql
stable
security definer -- reads counters and holds, of which callers may see only this summary
set search_path = ''
as $$
declare
  v_settings public.store_settings;
  v_now timestamptz := statement_timestamp();
  v_availability jsonb;
begin
  if coalesce(cardinality(p_variant_ids), 0) not between 1 and 1000 then
    perform private.raise_invalid_request('p_variant_ids has 1 to 1000 ids');
  end if;
  select * into strict v_settings from public.store_settings;
  select coalesce(jsonb_agg(private.availability_of(v.id, v_settings, v_now)), '[]') into v_availability
  from public.variants as v
  join public.products as p on p.id = v.product_id and p.published_at <= v_now
  where v.id = any (p_variant_ids);
  return jsonb_build_object('serverNow', v_now, 'availability', v_availability);
end;
$$;
comment on function public.get_availability(uuid[]) is
  'What is available of these variants: {serverNow, availability: [{variantId, available (units, at most shown_stock_limit), atLeast (there may be more), state: in_stock | low_stock | held (nothing free, others only hold it) | sold_out, nextReleaseAt (with held; null while all of it is being paid)}]}. Unknown and unpublished ids are left out. Locks nothing. Raises HF001 unless there are 1 to 1000 ids.';

create function private.cart_rows(p_shopper_id uuid, p_now timestamptz)
returns table (id uuid, variant_id uuid, quantity integer, created_at timestamptz, is_live boolean,
               lost_at timestamptz, reason text, hold jsonb, price_cents integer, currency text, shown jsonb)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_shown_since timestamptz;
begin
  select p_now - make_interval(secs => s.lapsed_shown_seconds) into strict v_shown_since
  from public.store_settings as s;
  return query
  with mine as (
    select r.*, r.expires_at > p_now as live, r.expires_at as lost, 'expired' as why
    from public.reservations as r where r.shopper_id = p_shopper_id and r.status = 'active'
    union all
    select r.*, false, r.expires_at, 'expired'
    from public.reservations as r
    where r.shopper_id = p_shopper_id and r.status = 'expired' and r.ended_at > v_shown_since
    union all
    select r.*, false, r.ended_at, 'withdrawn'
    from public.reservations as r
    where r.shopper_id = p_shopper_id and r.status = 'released' and r.ended_at > v_shown_since and r.is_withdrawn
  )
  select m.id, m.variant_id, m.quantity, m.created_at, m.live, m.lost, m.why,
         private.hold_as_json(m.id, m.variant_id, m.location_id, m.quantity, m.status, m.created_at,
                              m.duration_seconds, m.expires_at, m.max_expires_at),
         v.price_cents, v.currency,
         jsonb_build_object(
           'productSlug', p.slug, 'productName', p.name, 'variantName', v.name, 'imagePath', p.image_path,
           'imageAlt', p.image_alt, 'unitPriceCents', v.price_cents, 'currency', v.currency)
  from mine as m
  join public.variants as v on v.id = m.variant_id
  join public.products as p on p.id = v.product_id
  where m.live or m.lost > v_shown_since;
end;
$$;
comment on function private.cart_rows(uuid, timestamptz) is
  'What a cart is made of: the shopper''s live active holds, and those that were lost within lapsed_shown_seconds (expired, swept or not, or withdrawn by the shop).';

create function public.get_cart(p_shopper_id uuid)
returns jsonb
language plpgsql
stable
security definer -- reads one shopper's holds for a caller that has established who it is
set search_path = ''
as $$
declare
  v_now timestamptz := statement_timestamp();
  v_shopper_id uuid := private.acting_shopper(p_shopper_id);
begin
  return (
    with line as materialized (
      select * from private.cart_rows(v_shopper_id, v_now)
    ), live as (
      select coalesce(jsonb_agg(l.hold || l.shown order by l.created_at, l.id), '[]') as lines,
             coalesce(sum(l.quantity), 0) as units, coalesce(sum(l.quantity * l.price_cents::bigint), 0) as cents,
             min(l.currency) as currency,
             md5(coalesce(string_agg(concat_ws(':', l.id, l.quantity, l.price_cents, l.currency), ','
                                     order by l.id), '')) as version
      from line as l where l.is_live
    ), lost as (
      -- The last word on each variant, and once only: not once it was held again, whatever became of that.
      select distinct on (l.variant_id) l.*
      from line as l
      where not l.is_live
        and not exists (select 1 from line as n where n.is_live and n.variant_id = l.variant_id)
        and not exists (
          select 1 from public.reservations as n
          where n.shopper_id = v_shopper_id and n.variant_id = l.variant_id and n.created_at >= l.lost_at
            -- It ended after it began, of course; said, because that is what the index knows.
            and n.status in ('released', 'confirmed') and n.ended_at >= l.lost_at)
        and not exists (
          select 1 from public.reservations as n
          where n.shopper_id = v_shopper_id and n.variant_id = l.variant_id and n.created_at >= l.lost_at
            and n.status = 'paying')
      order by l.variant_id, l.lost_at desc, l.id
    )
    select jsonb_build_object(
      'serverNow', v_now, 'cartVersion', live.version, 'lines', live.lines,
      'lapsed', (select coalesce(jsonb_agg(jsonb_build_object(
                   'reservationId', l.id, 'variantId', l.variant_id, 'quantity', l.quantity,
                   'expiredAt', l.lost_at, 'reason', l.reason) || l.shown order by l.lost_at, l.id), '[]')
                 from lost as l),
      'totalQuantity', live.units, 'totalCents', live.cents, 'currency', live.currency)
    from live);
end;
$$;
comment on function public.get_cart(uuid) is
  'A shopper''s cart: {serverNow, cartVersion, lines: live active holds, oldest first, lapsed: holds that were lost within lapsed_shown_seconds and not held again, with reason expired or withdrawn, totalQuantity (units), totalCents (minor units), currency}. Whether a hold is live is decided by the clock, not by the sweep. Holds that are being paid belong to their order. Locks nothing.';
