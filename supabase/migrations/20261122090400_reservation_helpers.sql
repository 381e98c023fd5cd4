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

create function private.reservation_id_prefix(p_now timestamptz)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return lpad(to_hex((date_part('epoch', p_now) * 1000)::bigint), 12, '0') || '7';
end;
$$;
comment on function private.reservation_id_prefix(timestamptz) is
  'The first 13 digits of a UUID of version 7; what follows comes from the text of a random one, from its 16th character on. Ids in order of time land side by side in their index, however many holds there are.';

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
