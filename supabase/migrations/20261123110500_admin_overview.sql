-- The figures of the admin's first page.

create function private.demand_by_product(p_since timestamptz, p_now timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    with refused as (
      select v.product_id, sum(f.requests) as requests, sum(f.units) as units
      from public.reservation_refusals as f join public.variants as v on v.id = f.variant_id
      where f.hour >= date_trunc('hour', p_since) group by v.product_id
    ), blocked as (
      -- Units that were kept from others by holds that came to nothing, for as long as they were.
      select v.product_id, sum(r.quantity * extract(epoch from case
               when r.status = 'released' then r.ended_at else least(r.expires_at, p_now) end - r.created_at)) / 3600 as hours
      from public.reservations as r join public.variants as v on v.id = r.variant_id
      where r.created_at >= p_since
        and (r.status in ('released', 'expired') or (r.status = 'active' and r.expires_at <= p_now))
      group by v.product_id
    )
    select coalesce(jsonb_agg(jsonb_build_object(
      'productId', p.id, 'name', p.name, 'refusedRequests', coalesce(f.requests, 0),
      'refusedUnits', coalesce(f.units, 0), 'blockedUnitHours', round(coalesce(b.hours, 0), 2)) order by p.position, p.slug), '[]')
    from public.products as p
    left join refused as f on f.product_id = p.id
    left join blocked as b on b.product_id = p.id
    where f.product_id is not null or b.product_id is not null);
end;
$$;
comment on function private.demand_by_product(timestamptz, timestamptz) is
  'Per product: requests and units that were refused (whole hours), and blocked unit-hours: units times hours of the holds made since then that came to nothing. A hold whose units changed counts with its last.';

create function private.holds_over_time(p_since timestamptz, p_now timestamptz, p_unit text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    with slot as (
      select g.at from generate_series(date_trunc(p_unit, p_since), p_now, ('1 ' || p_unit)::interval) as g (at)
    ), made as (
      select date_trunc(p_unit, r.created_at) as at, count(*) as made,
             count(*) filter (where r.status = 'confirmed') as confirmed,
             count(*) filter (where r.status = 'released') as released,
             count(*) filter (where r.status = 'expired' or (r.status = 'active' and r.expires_at <= p_now)) as expired
      from public.reservations as r where r.created_at >= p_since group by 1
    )
    select jsonb_agg(jsonb_build_object(
      'at', s.at, 'made', coalesce(m.made, 0), 'confirmed', coalesce(m.confirmed, 0),
      'released', coalesce(m.released, 0), 'expired', coalesce(m.expired, 0)) order by s.at)
    from slot as s left join made as m on m.at = s.at);
end;
$$;
comment on function private.holds_over_time(timestamptz, timestamptz, text) is
  'Holds by when they were made, per hour or day (UTC), and what became of them. The first slot begins with the period.';

create function public.admin_overview(p_hours integer default 24)
returns jsonb
language plpgsql
stable
security definer -- sums over rows of which callers see only this
set search_path = ''
as $$
declare
  v_now timestamptz := statement_timestamp();
  v_since timestamptz := v_now - make_interval(hours => p_hours);
  v_figures jsonb;
  v_ended numeric;
begin
  if p_hours is null or p_hours not between 1 and 720 then
    perform private.raise_invalid_request('p_hours is 1 to 720');
  end if;
  v_figures := public.reservation_stats(make_interval(hours => p_hours));
  v_ended := (v_figures ->> 'confirmed')::numeric + (v_figures ->> 'released')::numeric
             + (v_figures ->> 'expired')::numeric;
  return v_figures || jsonb_build_object(
    'conversion', case when v_ended > 0 then round((v_figures ->> 'confirmed')::numeric / v_ended, 4) end,
    'live', (
      select jsonb_build_object(
        'activeHolds', count(*) filter (where r.status = 'active' and r.expires_at > v_now),
        'activeUnits', coalesce(sum(r.quantity) filter (where r.status = 'active' and r.expires_at > v_now), 0),
        'payingHolds', count(*) filter (where r.status = 'paying'),
        'payingUnits', coalesce(sum(r.quantity) filter (where r.status = 'paying'), 0),
        'lapsedHolds', count(*) filter (where r.status = 'active' and r.expires_at <= v_now))
      from public.reservations as r where r.status in ('active', 'paying')),
    'unit', case when p_hours <= 48 then 'hour' else 'day' end,
    'series', private.holds_over_time(v_since, v_now, case when p_hours <= 48 then 'hour' else 'day' end),
    'products', private.demand_by_product(v_since, v_now));
end;
$$;
comment on function public.admin_overview(integer) is
  'Figures of the holds made within p_hours: what reservation_stats answers, and {conversion: sold of all that ended, 0 to 1, null where none ended; live: holds and units now; unit: hour or day; series: [{at, made, confirmed, released, expired}]; products: [{productId, name, refusedRequests, refusedUnits, blockedUnitHours}]}. Reads every hold: for operators. Locks nothing. Raises HF001 for hours outside 1..720.';

revoke all on function public.admin_overview(integer) from public, anon, authenticated, service_role;
grant execute on function public.admin_overview(integer) to service_role;
