-- What the reservation functions share.

-- PL/pgSQL also where SQL would do: an SQL function with a search_path is planned anew at every call.
create function private.hold_as_json(
  p_id uuid, p_variant_id uuid, p_location_id uuid, p_quantity integer, p_status public.reservation_status,
  p_created_at timestamptz, p_duration_seconds integer, p_expires_at timestamptz, p_max_expires_at timestamptz)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'reservationId', p_id, 'variantId', p_variant_id, 'locationId', p_location_id, 'quantity', p_quantity,
    'status', p_status, 'heldAt', p_created_at, 'durationSeconds', p_duration_seconds,
    'expiresAt', p_expires_at, 'maxExpiresAt', p_max_expires_at);
end;
$$;
comment on function private.hold_as_json(uuid, uuid, uuid, integer, public.reservation_status, timestamptz, integer, timestamptz, timestamptz) is
  'A hold as every answer carries it. Units of stock, seconds, ISO 8601 instants.';

create function private.set_cause(p_cause text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Local to the transaction: works through a pooler, and is gone with it.
  perform set_config('holdfast.cause', p_cause, true);
end;
$$;
comment on function private.set_cause(text) is
  'Says who changes something and why, "actor:cause", for the trail of this transaction.';

create type private.level_arrays as (
  variant_first integer[],
  variant_last integer[],
  location_ids uuid[],
  free integer[],
  next_expiry_at timestamptz[],
  hold_seconds integer[]
);
comment on type private.level_arrays is
  'Stock levels as parallel arrays: the levels of the i-th variant are variant_first[i]..variant_last[i] (null: none), in the order in which locations are asked; free units before lapsed holds are looked at, lower bound of the next expiry, the product''s own hold duration in seconds.';

create function private.read_levels(p_variant_ids uuid[])
returns private.level_arrays
language plpgsql
stable
set search_path = ''
as $$
declare
  lv private.level_arrays;
  v_none integer[] := array_fill(null::integer, array[cardinality(p_variant_ids)]);
  v_row record;
  n integer := 0;
begin
  lv.variant_first := v_none;
  lv.variant_last := v_none;
  for v_row in
    select v.ord, l.id as location_id, s.on_hand - s.safety_stock - s.reserved as free, s.next_expiry_at,
           p.hold_seconds
    from unnest(p_variant_ids) with ordinality as v (id, ord)
    join public.variants as va on va.id = v.id
    join public.products as p on p.id = va.product_id and p.published_at <= statement_timestamp()
    join public.stock_levels as s on s.variant_id = v.id
    join public.locations as l on l.id = s.location_id
    order by v.ord, l.priority, l.id
  loop
    n := n + 1;
    lv.variant_first[v_row.ord] := coalesce(lv.variant_first[v_row.ord], n);
    lv.variant_last[v_row.ord] := n;
    lv.location_ids[n] := v_row.location_id;
    lv.free[n] := v_row.free;
    lv.next_expiry_at[n] := v_row.next_expiry_at;
    lv.hold_seconds[n] := v_row.hold_seconds;
  end loop;
  return lv;
end;
$$;
comment on function private.read_levels(uuid[]) is
  'The stock levels of these variants, from one snapshot. Unknown and unpublished variants have none. Locks nothing.';

create function private.lock_levels(p_variant_ids uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- A statement of its own: what is decided after it sees everything that was committed while it waited.
  perform 1 from public.stock_levels as s where s.variant_id = any (p_variant_ids)
  order by s.variant_id, s.location_id
  for no key update;
end;
$$;
comment on function private.lock_levels(uuid[]) is
  'Locks every stock level of these variants, sorted, FOR NO KEY UPDATE. After shoppers, before reservations.';

create function private.acting_shopper(p_shopper_id uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((select s.merged_into from public.shoppers as s where s.id = p_shopper_id), p_shopper_id);
end;
$$;
comment on function private.acting_shopper(uuid) is
  'For whom a request with this identity acts: the user that a guest became, else the shopper.';

create function private.lock_shoppers(p_shopper_ids uuid[])
returns public.shopper_tier[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_tiers public.shopper_tier[];
  v_merged boolean;
begin
  insert into public.shoppers (id)
  select s.id from unnest(p_shopper_ids) as s (id) group by s.id order by s.id
  on conflict (id) do nothing;
  begin
    select array_agg(l.tier order by l.id), bool_or(l.merged_into is not null) into v_tiers, v_merged
    from (
      select s.id, s.tier, s.merged_into from public.shoppers as s where s.id = any (p_shopper_ids)
      order by s.id for no key update
    ) as l;
    if v_merged then
      raise exception 'merged_meanwhile' using errcode = 'HF010';
    end if;
  exception when sqlstate 'HF010' then
    -- Undoing the block lets go of its locks: whoever kept the guest's would ask for the user's out of turn.
    return null;
  end;
  return v_tiers;
end;
$$;
comment on function private.lock_shoppers(uuid[]) is
  'Makes the rows of new shoppers, locks all of these (sorted, FOR NO KEY UPDATE) and answers their tiers in the order of their ids; null, and nothing locked, where one of them was merged into another, perhaps while we waited: ask for whom to act again. First in the lock order of the reservation functions.';

create function private.lock_acting_shopper(p_shopper_id uuid)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_shopper_id uuid;
begin
  if p_shopper_id is null then
    perform private.raise_invalid_request('a shopper has an id');
  end if;
  loop
    v_shopper_id := private.acting_shopper(p_shopper_id);
    begin
      perform 1 from public.shoppers as s where s.id = v_shopper_id for no key update;
      if private.acting_shopper(p_shopper_id) = v_shopper_id then
        return v_shopper_id;
      end if;
      raise exception 'merged_meanwhile' using errcode = 'HF010';
    exception when sqlstate 'HF010' then
      null; -- lets go of the guest's lock, as in lock_shoppers
    end;
  end loop;
end;
$$;
comment on function private.lock_acting_shopper(uuid) is
  'Locks the shopper for whom this identity acts, and answers who that is. Makes no row: who has none, has no holds. Raises HF001 for null.';

create function private.choose_level(
  p_free integer[], p_first integer, p_last integer, p_current integer, p_held integer, p_wanted integer)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_best integer := p_first;
  v_best_units integer := -1;
  v_units integer;
begin
  -- One parcel: the line stays where it is if that location covers it, else moves to the first that does.
  if p_current is not null and p_free[p_current] + p_held >= p_wanted then
    return p_current;
  end if;
  for i in p_first .. p_last loop
    v_units := p_free[i] + case when i = p_current then p_held else 0 end;
    if v_units >= p_wanted then
      return i;
    end if;
    if v_units > v_best_units then
      v_best := i;
      v_best_units := v_units;
    end if;
  end loop;
  return v_best;
end;
$$;
comment on function private.choose_level(integer[], integer, integer, integer, integer, integer) is
  'The strategy for several locations, replaceable: given the free units of the levels p_first..p_last in order of priority, the level that holds the line now (null: none) with its units, and the units wanted in total, answers the level that gives the line. Where none covers it: the one that could give most.';

create function private.mark_expired(p_ids uuid[], p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_cause text := coalesce(current_setting('holdfast.cause', true), '');
begin
  -- In the trail it is time that ended them, whoever met them.
  perform private.set_cause('system:expire');
  update public.reservations as r set status = 'expired', ended_at = p_now
  where r.id = any (p_ids) and r.status = 'active' and r.expires_at <= p_now;
  perform private.set_cause(v_cause);
end;
$$;
comment on function private.mark_expired(uuid[], timestamptz) is
  'Marks those of these holds expired that are active and lapsed at p_now. The caller holds their levels'' locks.';

create function private.expire_lapsed(
  p_variant_id uuid, p_location_id uuid, p_limit integer, p_now timestamptz, out holds integer, out units integer)
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  -- The lower bound keeps the scan away from index entries of holds that were expired before.
  select array_agg(r.id), coalesce(sum(r.quantity), 0), count(*) into v_ids, units, holds
  from (
    select r.id, r.quantity from public.reservations as r
    where r.variant_id = p_variant_id and r.location_id = p_location_id and r.status = 'active'
      and r.expires_at <= p_now
      and r.expires_at >= (select s.next_expiry_at from public.stock_levels as s
                           where s.variant_id = p_variant_id and s.location_id = p_location_id)
    order by r.expires_at limit p_limit
  ) as r;

  if v_ids is not null then
    perform private.mark_expired(v_ids, p_now);
  end if;
  update public.stock_levels as s
  set next_expiry_at = coalesce(
    (select r.expires_at from public.reservations as r
     where r.variant_id = p_variant_id and r.location_id = p_location_id and r.status = 'active'
       and r.expires_at >= s.next_expiry_at
     order by r.expires_at limit 1), 'infinity')
  where s.variant_id = p_variant_id and s.location_id = p_location_id;
end;
$$;
comment on function private.expire_lapsed(uuid, uuid, integer, timestamptz) is
  'Marks up to p_limit lapsed holds of one level expired, oldest first, and raises the level''s lower bound of the next expiry. Answers how many holds and units came back. The caller holds the level''s lock. Its cost follows p_limit, not the number of holds.';

create function private.next_release_at(p_variant_id uuid, p_now timestamptz, p_except_shopper_id uuid default null)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select min(n.expires_at)
    from public.stock_levels as s
    cross join lateral (
      select r.expires_at from public.reservations as r
      where r.variant_id = s.variant_id and r.location_id = s.location_id and r.status = 'active'
        and r.expires_at > p_now and r.shopper_id is distinct from p_except_shopper_id
      order by r.expires_at limit 1
    ) as n
    where s.variant_id = p_variant_id);
end;
$$;
comment on function private.next_release_at(uuid, timestamptz, uuid) is
  'When the next live hold of a variant ends that is not the given shopper''s; null when nobody else actively holds any. One index probe per level.';

create function private.count_refusals(p_variant_ids uuid[], p_reasons text[], p_units integer[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.reservation_refusals as f (variant_id, reason, hour, shard, requests, units)
  select r.variant_id, r.reason, date_trunc('hour', statement_timestamp()), pg_backend_pid() % 16,
         count(*), sum(r.units)
  from unnest(p_variant_ids, p_reasons, p_units) as r (variant_id, reason, units)
  group by r.variant_id, r.reason
  order by r.variant_id, r.reason
  on conflict (variant_id, reason, hour, shard)
  do update set requests = f.requests + excluded.requests, units = f.units + excluded.units;
end;
$$;
comment on function private.count_refusals(uuid[], text[], integer[]) is
  'Adds a batch''s refusals to the hourly counters: one row per variant and reason, sorted, in one of 16 shards.';
