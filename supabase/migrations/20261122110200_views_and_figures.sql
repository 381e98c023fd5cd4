-- Views and figures for those who operate the shop.

create view public.stock_availability with (security_invoker = true) as
select s.variant_id, s.location_id, v.sku, p.name as product_name, v.name as variant_name, l.code as location_code,
       s.on_hand, s.reserved, s.safety_stock, coalesce(e.units, 0) as lapsed_units,
       greatest(s.on_hand - s.safety_stock - s.reserved + coalesce(e.units, 0), 0) as available
from public.stock_levels as s
join public.variants as v on v.id = s.variant_id
join public.products as p on p.id = v.product_id
join public.locations as l on l.id = s.location_id
left join lateral (
  select sum(r.quantity) as units from public.reservations as r
  where r.variant_id = s.variant_id and r.location_id = s.location_id and r.status = 'active'
    and r.expires_at <= statement_timestamp()
) as e on true;
comment on view public.stock_availability is
  'Every stock level with what it can give now, in units, counted in full: for those who operate the shop. The public asks get_availability, which is bounded.';

create view public.reservation_summary with (security_invoker = true) as
select r.variant_id, r.location_id,
       count(*) filter (where r.status = 'active' and r.expires_at > statement_timestamp()) as active_holds,
       coalesce(sum(r.quantity) filter (where r.status = 'active' and r.expires_at > statement_timestamp()), 0) as active_units,
       count(*) filter (where r.status = 'active' and r.expires_at <= statement_timestamp()) as lapsed_holds,
       coalesce(sum(r.quantity) filter (where r.status = 'active' and r.expires_at <= statement_timestamp()), 0) as lapsed_units,
       count(*) filter (where r.status = 'paying') as paying_holds,
       coalesce(sum(r.quantity) filter (where r.status = 'paying'), 0) as paying_units,
       min(r.expires_at) filter (where r.status = 'active' and r.expires_at > statement_timestamp()) as next_expiry_at
from public.reservations as r
where r.status in ('active', 'paying')
group by r.variant_id, r.location_id;
comment on view public.reservation_summary is 'Holds and units per stock level: live, lapsed and not swept, being paid.';

create view public.expired_reservations with (security_invoker = true) as
select r.id, r.shopper_id, r.variant_id, r.location_id, r.quantity, r.created_at, r.expires_at, r.ended_at,
       r.status = 'active' as is_unswept
from public.reservations as r
where r.status = 'expired' or (r.status = 'active' and r.expires_at <= statement_timestamp());
comment on view public.expired_reservations is 'Holds whose time ran out, whether the sweep marked them already or not.';

revoke all on public.stock_availability, public.reservation_summary, public.expired_reservations
  from public, anon, authenticated, service_role;
grant select on public.stock_availability, public.reservation_summary, public.expired_reservations to service_role;

create function public.reservation_stats(p_since interval default '24 hours')
returns jsonb
language plpgsql
stable
security definer -- sums over rows of which callers see only this
set search_path = ''
as $$
declare
  v_now timestamptz := statement_timestamp();
begin
  return (
    select jsonb_build_object(
      'serverNow', v_now, 'since', v_now - p_since,
      'made', count(*), 'confirmed', count(*) filter (where r.status = 'confirmed'),
      'released', count(*) filter (where r.status = 'released'),
      'expired', count(*) filter (where r.status = 'expired' or (r.status = 'active' and r.expires_at <= v_now)),
      'active', count(*) filter (where r.status = 'active' and r.expires_at > v_now),
      'paying', count(*) filter (where r.status = 'paying'),
      'heldSecondsMedian', percentile_cont(0.5) within group (order by r.held_seconds),
      'heldSecondsP90', percentile_cont(0.9) within group (order by r.held_seconds),
      'refusals', (select coalesce(jsonb_object_agg(f.reason, jsonb_build_object('requests', f.requests, 'units', f.units)), '{}')
                   from (select rf.reason, sum(rf.requests) as requests, sum(rf.units) as units
                         from public.reservation_refusals as rf
                         where rf.hour >= date_trunc('hour', v_now - p_since) group by rf.reason) as f))
    from (
      -- What time ended, ended then, whenever it was swept.
      select a.*, extract(epoch from case when a.status in ('active', 'expired') then least(a.expires_at, v_now)
                                          else coalesce(a.ended_at, v_now) end - a.created_at) as held_seconds
      from public.reservations as a
      where a.created_at >= v_now - p_since
    ) as r);
end;
$$;
comment on function public.reservation_stats(interval) is
  'Figures of the holds made within p_since: {made, confirmed, released, expired, active, paying: holds; heldSecondsMedian, heldSecondsP90: seconds from beginning to end or now; refusals by reason: requests, units (whole hours)}. Reads every hold of the period: for operators, not for shoppers. Locks nothing.';

create function public.stock_health()
returns jsonb
language plpgsql
stable
security definer -- sums over rows of which callers see only this
set search_path = ''
as $$
declare
  v_now timestamptz := statement_timestamp();
begin
  return (
    select jsonb_build_object(
      'serverNow', v_now,
      'levels', count(*),
      'soldOut', count(*) filter (where s.on_hand <= s.safety_stock),
      'lowStock', count(*) filter (where s.on_hand > s.safety_stock and s.on_hand - s.safety_stock - s.reserved <= t.low_stock_at),
      'lapsedHolds', (select count(*) from public.reservations as r where r.status = 'active' and r.expires_at <= v_now),
      'oldestLapsedSeconds', (select extract(epoch from v_now - min(r.expires_at))::integer
                              from public.reservations as r where r.status = 'active' and r.expires_at <= v_now),
      'lastSweepAt', (select max(w.started_at) from public.sweep_runs as w),
      'drift', jsonb_array_length(public.validate_stock_consistency()))
    from public.stock_levels as s cross join public.store_settings as t);
end;
$$;
comment on function public.stock_health() is
  'Is the shop well? {levels, soldOut, lowStock: stock levels; lapsedHolds and oldestLapsedSeconds: what the sweep has left; lastSweepAt; drift: findings of validate_stock_consistency}. For operators. Locks nothing.';

revoke all on function public.reservation_stats(interval) from public, anon, authenticated, service_role;
revoke all on function public.stock_health() from public, anon, authenticated, service_role;
grant execute on function public.reservation_stats(interval) to service_role;
grant execute on function public.stock_health() to service_role;
