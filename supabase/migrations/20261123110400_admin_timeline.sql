-- "Why was this unavailable at 14:03?"

create function private.held_at(p_variant_id uuid, p_at timestamptz)
returns table (location_id uuid, live_holds bigint, live_units bigint, paying_holds bigint, paying_units bigint,
               lapsed_units bigint)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  with last_word as (
    -- No hold that its settings allow lives longer: a day a turn, a hundred turns.
    select distinct on (t.reservation_id) t.location_id, t.new_status, t.new_quantity, t.new_expires_at
    from public.reservation_trail as t
    where t.variant_id = p_variant_id and t.at <= p_at and t.at > p_at - interval '101 days'
    order by t.reservation_id, t.at desc, t.id desc
  )
  select w.location_id,
         count(*) filter (where w.new_status = 'active' and w.new_expires_at > p_at),
         coalesce(sum(w.new_quantity) filter (where w.new_status = 'active' and w.new_expires_at > p_at), 0),
         count(*) filter (where w.new_status = 'paying'),
         coalesce(sum(w.new_quantity) filter (where w.new_status = 'paying'), 0),
         coalesce(sum(w.new_quantity) filter (where w.new_status = 'active' and w.new_expires_at <= p_at), 0)
  from last_word as w where w.new_status in ('active', 'paying')
  group by w.location_id;
end;
$$;
comment on function private.held_at(uuid, timestamptz) is
  'Holds and units of a variant per location as they were at an instant, from the trail: live, being paid, and lapsed but not marked yet, which blocked nobody. Reads the variant''s trail of 101 days.';

create function private.levels_at(p_variant_id uuid, p_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'locationCode', l.code, 'onHand', f.on_hand, 'safetyStock', f.safety_stock,
      'heldUnits', coalesce(h.live_units, 0), 'holds', coalesce(h.live_holds, 0),
      'payingUnits', coalesce(h.paying_units, 0), 'payments', coalesce(h.paying_holds, 0),
      'lapsedUnits', coalesce(h.lapsed_units, 0),
      'available', greatest(f.on_hand - f.safety_stock - coalesce(h.live_units + h.paying_units, 0), 0))
      order by l.priority, l.code), '[]')
    from public.locations as l
    cross join lateral (
      select (select m.on_hand_after from public.stock_movements as m
              where m.variant_id = p_variant_id and m.location_id = l.id and m.at <= p_at
              order by m.at desc, m.id desc limit 1) as moved,
             (select t.after ->> 'safetyStock' from public.stock_trail as t
              where t.variant_id = p_variant_id and t.location_id = l.id and t.at <= p_at and t.after ? 'safetyStock'
              order by t.at desc, t.id desc limit 1) as safety,
             (select s.safety_stock from public.stock_levels as s
              where s.variant_id = p_variant_id and s.location_id = l.id) as safety_now,
             exists (select 1 from public.stock_trail as t
                     where t.variant_id = p_variant_id and t.location_id = l.id and t.at <= p_at) as was_kept
    ) as k
    cross join lateral (
      select coalesce(k.moved, 0) as on_hand, coalesce(k.safety::integer, k.safety_now, 0) as safety_stock
    ) as f
    left join private.held_at(p_variant_id, p_at) as h on h.location_id = l.id
    -- The trail is pruned some day, the ledger never.
    where k.was_kept or k.moved is not null);
end;
$$;
comment on function private.levels_at(uuid, timestamptz) is
  'The stock levels of a variant as they were at an instant, from ledger and trail. Units. Where the trail was pruned the safety stock is today''s.';

create function private.published_at(p_product_id uuid, p_at timestamptz)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
  v_row jsonb;
begin
  -- The last change before, else what was there before the first one after, else what there is.
  select a.after into v_row from public.admin_trail as a
  where a.entity_id = p_product_id and a.entity = 'product' and a.at <= p_at order by a.id desc limit 1;
  if not found then
    select a.before into v_row from public.admin_trail as a
    where a.entity_id = p_product_id and a.entity = 'product' and a.at > p_at order by a.id limit 1;
  end if;
  if not found then
    return (select p.published_at from public.products as p where p.id = p_product_id);
  end if;
  return (v_row ->> 'published_at')::timestamptz;
end;
$$;
comment on function private.published_at(uuid, timestamptz) is
  'From when on a product was to be shown, as was said at that instant.';

create function public.admin_variant_timeline(
  p_variant_id uuid, p_at timestamptz default null, p_minutes integer default 60, p_limit integer default 200)
returns jsonb
language plpgsql
stable
security definer -- reads the trails for a caller that has established that it is an admin
set search_path = ''
as $$
declare
  v_now timestamptz := statement_timestamp();
  v_at timestamptz := least(coalesce(p_at, v_now), v_now);
  v_span interval := make_interval(mins => p_minutes);
  v_variant record;
  v_events jsonb;
  v_count bigint;
begin
  if p_minutes is null or p_minutes not between 1 and 1440 or p_limit is null or p_limit not between 1 and 500 then
    perform private.raise_invalid_request('p_minutes is 1 to 1440, p_limit 1 to 500 events');
  end if;
  select v.id, v.sku, v.name, v.product_id, p.name as product_name, p.published_at into v_variant
  from public.variants as v join public.products as p on p.id = v.product_id where v.id = p_variant_id;
  if not found then
    return jsonb_build_object('outcome', 'not_found', 'serverNow', v_now);
  end if;
  with event as (
    select t.at, t.id, t.actor, t.cause, t.entity, t.entity_id, t.before, t.after,
           case when t.actor = 'admin' then (
             select a.reason from public.admin_trail as a
             where a.entity_id = t.entity_id and a.entity = 'reservation' order by a.id limit 1) end as reason
    from public.audit_log as t
    where t.variant_id = p_variant_id and t.entity = 'reservation' and t.at between v_at - v_span and v_at + v_span
    union all
    select t.at, t.id, t.actor, t.cause, 'stock_level', null, t.before, t.after, m.reason
    from public.stock_trail as t
    left join lateral (
      -- The ledger has what was said; it is written in the same statement.
      select o.reason from public.stock_movements as o
      where o.variant_id = t.variant_id and o.location_id = t.location_id
        and o.at between t.at - interval '1 second' and t.at + interval '1 second'
        and o.on_hand_after = (t.after ->> 'onHand')::integer
        and o.delta = coalesce((t.after ->> 'onHand')::integer, 0) - coalesce((t.before ->> 'onHand')::integer, 0)
      order by o.id limit 1
    ) as m on true
    where t.variant_id = p_variant_id and t.reservation_id is null and t.at between v_at - v_span and v_at + v_span
    union all
    select a.at, a.id, a.actor, a.cause, a.entity, null, a.before, a.after, a.reason
    from public.admin_trail as a
    where a.entity_id in (p_variant_id, v_variant.product_id) and a.entity in ('product', 'variant')
      and a.at between v_at - v_span and v_at + v_span
  ), nearest as (
    select * from event order by abs(extract(epoch from event.at - v_at)) limit p_limit
  )
  select coalesce(jsonb_agg(jsonb_build_object(
           'at', n.at, 'actor', private.shown_actor(n.actor), 'cause', n.cause, 'entity', n.entity, 'reservationId', n.entity_id,
           'reason', n.reason, 'before', n.before, 'after', n.after) order by n.at, n.id), '[]'),
         (select count(*) from event)
  into v_events, v_count
  from nearest as n;
  return jsonb_build_object(
    'outcome', 'found', 'serverNow', v_now, 'at', v_at, 'variantId', v_variant.id, 'sku', v_variant.sku,
    'variantName', v_variant.name, 'productName', v_variant.product_name,
    'isPublished', coalesce(private.published_at(v_variant.product_id, v_at) <= v_at, false),
    'levels', private.levels_at(p_variant_id, v_at), 'events', v_events, 'left', v_count - jsonb_array_length(v_events));
end;
$$;
comment on function public.admin_variant_timeline(uuid, timestamptz, integer, integer) is
  'Why could this be had, or not, at an instant (null or later than now: now)? {outcome: found | not_found, serverNow, at, variantId, sku, productName, variantName, isPublished, levels: per location, as they were then, in units {locationCode, onHand, safetyStock, heldUnits, holds, payingUnits, payments, lapsedUnits, available}, events: what changed within p_minutes before and after, oldest first, the p_limit nearest, left: how many more there are}. Reads the trail, which is pruned by age. Locks nothing. Raises HF001 for minutes outside 1..1440 or a limit outside 1..500.';

revoke all on function public.admin_variant_timeline(uuid, timestamptz, integer, integer) from public, anon, authenticated, service_role;
grant execute on function public.admin_variant_timeline(uuid, timestamptz, integer, integer) to service_role;
