-- The least that keeps the contract too, beyond what minimal.sql keeps: JSON in and out, the shopper's row under whose
-- lock caps are decided, durations and caps as data, nothing of an unpublished product, and refusals that are counted
-- and name the next release. One request alone, or many strangers who want one thing each; no carts, partial answers,
-- known shoppers, keys, limits, several locations or lapsed holds. Whatever reserve_stock does beside this is its own.

create table bench.contract_shoppers (like public.shoppers including all);
create unlogged table bench.contract_refusals (like public.new_refusals including all) with (fillfactor = 50);

create function bench.contract_one(p_requests jsonb)
returns json
language plpgsql
set plan_cache_mode = 'force_generic_plan'
as $$
declare
  v_shopper_id uuid := p_requests #>> '{0,shopperId}';
  v_variant_id uuid := p_requests #>> '{0,lines,0,variantId}';
  v_quantity integer := p_requests #>> '{0,lines,0,quantity}';
  v_now timestamptz := clock_timestamp();
  v_next_release_at timestamptz;
  v_free integer;
  v_answer json;
  l record;
begin
  select s.location_id, s.on_hand - s.safety_stock - s.reserved as free, s.next_expiry_at,
         coalesce(p.hold_seconds, t.hold_seconds) as seconds, t.max_hold_turns as turns,
         least(t.max_units_per_line, t.max_units_per_variant, t.max_units_per_shopper) as most
  into l
  from bench.minimal_levels as s
  join public.variants as v on v.id = s.variant_id
  join public.products as p on p.id = v.product_id and p.published_at <= v_now
  cross join public.store_settings as t
  where s.variant_id = v_variant_id;
  if v_quantity > l.most or l.next_expiry_at <= v_now then
    return null;
  elsif v_quantity > l.free then
    select h.expires_at into v_next_release_at from bench.minimal_holds as h
    where h.variant_id = v_variant_id and h.location_id = l.location_id and h.status = 'active' and h.expires_at > v_now
    order by h.expires_at limit 1;
    insert into bench.contract_refusals as f (variant_id, reason, hour, shard, requests, units)
    values (v_variant_id, 'insufficient_stock', date_trunc('hour', v_now), pg_backend_pid() % 16, 1, v_quantity - l.free)
    on conflict (variant_id, reason, hour, shard)
    do update set requests = f.requests + 1, units = f.units + excluded.units;
    return json_build_object('serverNow', v_now, 'answers', json_build_array(json_build_object(
      'outcome', 'insufficient_stock', 'lines', json_build_array(json_build_object(
        'variantId', v_variant_id, 'requested', v_quantity, 'outcome', 'insufficient_stock', 'available', l.free,
        'shortfall', v_quantity - l.free, 'limit', null, 'nextReleaseAt', v_next_release_at)))));
  end if;

  with shopper as (
    insert into bench.contract_shoppers (id, minute_began_at, holds_in_minute) values (v_shopper_id, v_now, 1)
    on conflict (id) do nothing returning id
  )
  select s.on_hand - s.safety_stock - s.reserved into v_free from bench.minimal_levels as s
  where s.variant_id = v_variant_id and exists (select 1 from shopper)
  for no key update;
  if v_free is null or v_quantity > v_free then
    return null;
  end if;
  v_now := clock_timestamp();
  insert into bench.minimal_holds as h
    (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at, max_expires_at)
  values (gen_random_uuid(), v_shopper_id, v_variant_id, l.location_id, v_quantity, 'active', l.seconds, v_now,
          v_now + make_interval(secs => l.seconds), v_now + make_interval(secs => l.seconds * l.turns))
  returning json_build_object('serverNow', v_now, 'answers', json_build_array(json_build_object(
    'outcome', 'held', 'lines', json_build_array(json_build_object(
      'variantId', h.variant_id, 'outcome', 'held', 'requested', h.quantity, 'replacesId', null,
      'reservation', json_build_object(
        'reservationId', h.id, 'variantId', h.variant_id, 'locationId', h.location_id, 'quantity', h.quantity,
        'status', 'active', 'heldAt', h.created_at, 'durationSeconds', h.duration_seconds, 'expiresAt', h.expires_at,
        'maxExpiresAt', h.max_expires_at)))))) into v_answer;
  return v_answer;
end;
$$;

create function bench.contract_many(p_requests jsonb)
returns json
language plpgsql
set plan_cache_mode = 'force_generic_plan'
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  r record; -- the requests, as parallel arrays
  l record; -- their stock levels, as parallel arrays
  v_ids uuid[];
  v_now timestamptz := clock_timestamp();
  v_made integer;
begin
  select array_agg((q.request ->> 'shopperId')::uuid) as shoppers,
         array_agg((q.request #>> '{lines,0,variantId}')::uuid) as variants,
         array_agg((q.request #>> '{lines,0,quantity}')::integer) as quantities
  into r
  from jsonb_array_elements(p_requests) as q (request);
  insert into bench.contract_shoppers (id, minute_began_at, holds_in_minute)
  select s.id, v_now, 1 from unnest(r.shoppers) as s (id) order by s.id
  on conflict (id) do nothing;
  get diagnostics v_made = row_count;
  perform 1 from bench.minimal_levels as s where s.variant_id = any (r.variants) order by s.variant_id for no key update;
  v_now := clock_timestamp();
  select array_agg(s.variant_id) as variants, array_agg(s.location_id) as locations,
         array_agg(coalesce(p.hold_seconds, t.hold_seconds)) as seconds, array_agg(t.max_hold_turns) as turns,
         bool_and(s.on_hand - s.safety_stock - s.reserved >= w.units and w.most <= t.max_units_per_line
                  and s.next_expiry_at > v_now) as is_enough
  into l
  from (select a.variant_id, sum(a.quantity) as units, max(a.quantity) as most
        from unnest(r.variants, r.quantities) as a (variant_id, quantity) group by a.variant_id) as w
  join bench.minimal_levels as s on s.variant_id = w.variant_id
  join public.variants as v on v.id = s.variant_id
  join public.products as p on p.id = v.product_id and p.published_at <= v_now
  cross join public.store_settings as t;
  if v_made < cardinality(r.shoppers) or not l.is_enough then
    return null;
  end if;
  v_ids := array(select gen_random_uuid() from generate_series(1, v_made));
  insert into bench.minimal_holds
    (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at, max_expires_at)
  select a.id, a.shopper_id, a.variant_id, l.locations[x.at], a.quantity, 'active', l.seconds[x.at], v_now,
         v_now + make_interval(secs => l.seconds[x.at]), v_now + make_interval(secs => l.seconds[x.at] * l.turns[x.at])
  from unnest(v_ids, r.shoppers, r.variants, r.quantities) as a (id, shopper_id, variant_id, quantity)
  cross join lateral (select array_position(l.variants, a.variant_id) as at offset 0) as x;
  return (
    select concat('{"serverNow":', to_json(v_now), ',"answers":[', string_agg(concat(
      '{"outcome":"held","lines":[{"outcome":"held","replacesId":null,"variantId":"', a.variant_id, '","requested":',
      a.quantity, ',"reservation":', x.common, ',"quantity":', a.quantity, ',"reservationId":"', a.id, '"}}]}'), ','),
      ']}')::json
    from unnest(v_ids, r.variants, r.quantities) as a (id, variant_id, quantity)
    join (
      -- What the holds of one level have in common is written once.
      select c.variant_id, rtrim(json_build_object(
        'variantId', c.variant_id, 'locationId', c.location_id, 'status', 'active', 'heldAt', v_now, 'durationSeconds',
        c.seconds, 'expiresAt', v_now + make_interval(secs => c.seconds), 'maxExpiresAt',
        v_now + make_interval(secs => c.seconds * c.turns))::text, '}') as common
      from unnest(l.variants, l.locations, l.seconds, l.turns) as c (variant_id, location_id, seconds, turns)
      offset 0
    ) as x on x.variant_id = a.variant_id);
end;
$$;

grant select, insert, update, delete on all tables in schema bench to service_role;
grant execute on all functions in schema bench to service_role;
