-- The least that keeps the promises: lock the level, read the clock, decide, insert; a statement trigger counts and
-- writes the trail; the same indexes and CHECKs. No shoppers, caps, keys and limits, several locations or lapsed
-- holds, and no JSON. Whatever reserve_stock does beside this is its own.

create table bench.minimal_levels (like public.stock_levels including all) with (fillfactor = 50);
create table bench.minimal_holds (like public.reservations including all) with (fillfactor = 80);
create table bench.minimal_trail (like public.reservation_trail including all);

create function bench.count_minimal()
returns trigger
language plpgsql
as $$
begin
  update bench.minimal_levels as s
  set reserved = s.reserved + d.units, next_expiry_at = least(s.next_expiry_at, d.soonest)
  from (
    select n.variant_id, n.location_id, sum(n.quantity) as units, min(n.expires_at) as soonest
    from new_rows as n group by n.variant_id, n.location_id
  ) as d
  where s.variant_id = d.variant_id and s.location_id = d.location_id;
  insert into bench.minimal_trail
    (actor, cause, reservation_id, variant_id, location_id, new_shopper_id, new_status, new_quantity, new_expires_at)
  select 'shopper', 'reserve', n.id, n.variant_id, n.location_id, n.shopper_id, n.status, n.quantity, n.expires_at
  from new_rows as n;
  return null;
end;
$$;
create trigger minimal_holds_count after insert on bench.minimal_holds
  referencing new table as new_rows for each statement execute function bench.count_minimal();

create function bench.hold_one(p_shopper_id uuid, p_variant_id uuid, p_location_id uuid)
returns boolean
language plpgsql
set plan_cache_mode = 'force_generic_plan'
as $$
declare
  v_free integer;
  v_now timestamptz;
begin
  select s.on_hand - s.safety_stock - s.reserved into v_free from bench.minimal_levels as s
  where s.variant_id = p_variant_id and s.location_id = p_location_id
  for no key update;
  v_now := clock_timestamp();
  if v_free < 1 then
    return false;
  end if;
  insert into bench.minimal_holds
    (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at, max_expires_at)
  values (gen_random_uuid(), p_shopper_id, p_variant_id, p_location_id, 1, 'active', 900, v_now,
          v_now + interval '15 minutes', v_now + interval '2 hours');
  return true;
end;
$$;

create function bench.hold_many(p_shopper_ids uuid[], p_variant_ids uuid[], p_location_id uuid)
returns boolean
language plpgsql
set plan_cache_mode = 'force_generic_plan'
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz;
begin
  perform 1 from bench.minimal_levels as s
  where s.variant_id = any (p_variant_ids) and s.location_id = p_location_id
  order by s.variant_id for no key update;
  v_now := clock_timestamp();
  if exists (
    select 1 from (select v.id, count(*) as units from unnest(p_variant_ids) as v (id) group by v.id) as w
    join bench.minimal_levels as s on s.variant_id = w.id and s.location_id = p_location_id
    where s.on_hand - s.safety_stock - s.reserved < w.units) then
    return false;
  end if;
  insert into bench.minimal_holds
    (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at, max_expires_at)
  select gen_random_uuid(), h.shopper_id, h.variant_id, p_location_id, 1, 'active', 900, v_now,
         v_now + interval '15 minutes', v_now + interval '2 hours'
  from unnest(p_shopper_ids, p_variant_ids) as h (shopper_id, variant_id);
  return true;
end;
$$;

-- A refusal that decides nothing and counts nothing: what a call costs that takes JSON and answers JSON.
create function bench.refuse(p_requests jsonb)
returns json
language plpgsql
as $$
begin
  return '{"answers": [{"outcome": "insufficient_stock"}]}'::json;
end;
$$;

-- The least that a sweep can be: an UPDATE of a batch of lapsed holds, found by the index that the sweep uses, and a
-- statement trigger that counts them out of the level and writes the trail.
create table bench.lapsed_holds (like public.reservations including all) with (fillfactor = 80);

create function bench.count_lapsed()
returns trigger
language plpgsql
as $$
begin
  update bench.minimal_levels as s set reserved = s.reserved - d.units
  from (select n.variant_id, n.location_id, sum(n.quantity) as units from new_rows as n
        group by n.variant_id, n.location_id) as d
  where s.variant_id = d.variant_id and s.location_id = d.location_id;
  insert into bench.minimal_trail
    (actor, cause, reservation_id, variant_id, location_id, old_shopper_id, old_status, old_quantity, old_expires_at,
     new_shopper_id, new_status, new_quantity, new_expires_at)
  select 'system', 'expire', n.id, n.variant_id, n.location_id, o.shopper_id, o.status, o.quantity, o.expires_at,
         n.shopper_id, n.status, n.quantity, n.expires_at
  from new_rows as n join old_rows as o on o.id = n.id;
  return null;
end;
$$;
create trigger lapsed_holds_count after update on bench.lapsed_holds
  referencing old table as old_rows new table as new_rows for each statement execute function bench.count_lapsed();

create function bench.expire_least(p_variant_id uuid, p_location_id uuid, p_limit integer)
returns integer
language plpgsql
set plan_cache_mode = 'force_generic_plan'
as $$
declare
  v_expired integer;
begin
  perform 1 from bench.minimal_levels as s
  where s.variant_id = p_variant_id and s.location_id = p_location_id for no key update skip locked;
  update bench.lapsed_holds as r set status = 'expired', ended_at = clock_timestamp()
  where r.ctid = any (array(
    select o.ctid from bench.lapsed_holds as o
    where o.variant_id = p_variant_id and o.location_id = p_location_id and o.status = 'active'
      and o.expires_at <= statement_timestamp()
    order by o.expires_at limit p_limit));
  get diagnostics v_expired = row_count;
  return v_expired;
end;
$$;

insert into bench.minimal_levels (variant_id, location_id, on_hand)
select s.variant_id, s.location_id, s.on_hand from public.stock_levels as s;
grant select, insert, update, delete on all tables in schema bench to service_role;
grant usage on all sequences in schema bench to service_role;
grant execute on all functions in schema bench to service_role;
