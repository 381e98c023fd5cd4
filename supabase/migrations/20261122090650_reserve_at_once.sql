-- The common case in few statements: strangers who want one thing each, and there is enough for all of them, or for
-- none. docs/adr/0008 says why there is a shortcut, and what shows that it is nothing more.

create function private.reserve_at_once(p_requests jsonb)
returns json
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_request jsonb;
  v_line jsonb;
  n integer;
  -- The requests in order of arrival.
  r_shopper uuid[]; r_variant uuid[]; r_quantity integer[]; r_level integer[]; r_id uuid[]; r_answer text[];
  r_key text[]; r_hash text[]; -- null while nobody sends a key
  v_variants uuid[];
  l record; -- their stock levels, as parallel arrays
  l_free integer[]; l_common text[]; l_expires_at timestamptz[]; l_max_expires_at timestamptz[];
  v_came_at timestamptz := clock_timestamp();
  v_now timestamptz;
  v_prefix text;
  v_fitting integer := 0;
  v_hopeless integer := 0;
  j integer;
begin
  if jsonb_typeof(p_requests) is distinct from 'array' then
    return null;
  end if;
  n := jsonb_array_length(p_requests);
  if n = 1 then
    return private.reserve_one(p_requests -> 0);
  elsif n not between 1 and 256 then
    return null;
  end if;
  begin
    for i in 1 .. n loop
      v_request := p_requests -> (i - 1);
      v_line := v_request #> '{lines,0}';
      if v_line ? 'reservationId' or jsonb_array_length(v_request -> 'lines') <> 1
         or jsonb_typeof(v_line -> 'quantity') is distinct from 'number' then
        return null;
      elsif v_request ?| '{mode,quantityMode,source,idempotencyKey,bodyHash}' then
        if v_request ?| '{mode,quantityMode,source}'
           or not private.is_idempotency_key(v_request -> 'idempotencyKey', v_request -> 'bodyHash') then
          return null;
        end if;
        r_key := coalesce(r_key, array_fill(null::text, array[n]));
        r_hash := coalesce(r_hash, array_fill(null::text, array[n]));
        r_key[i] := v_request ->> 'idempotencyKey';
        r_hash[i] := v_request ->> 'bodyHash';
      end if;
      r_shopper[i] := v_request ->> 'shopperId';
      r_variant[i] := v_line ->> 'variantId';
      r_quantity[i] := v_line ->> 'quantity';
    end loop;
  exception when data_exception then
    return null; -- malformed: private.reserve says how
  end;

  -- An empty shelf is not worth a lock. A variant at several locations is in here several times,
  -- and so is not plain.
  select array_agg(s.variant_id order by s.variant_id) as variants,
         array_agg(s.location_id order by s.variant_id) as locations,
         array_agg(s.on_hand - s.safety_stock - s.reserved order by s.variant_id) as free,
         array_agg(s.next_expiry_at > v_came_at order by s.variant_id) as is_unlapsed,
         array_agg(coalesce(p.hold_seconds, t.hold_seconds) order by s.variant_id) as seconds,
         count(*) as levels, count(distinct s.variant_id) as known, min(t.max_hold_turns) as turns,
         min(least(t.max_units_per_line, t.max_units_per_variant, t.max_units_per_shopper)) as most
  into l
  from public.stock_levels as s
  join public.variants as v on v.id = s.variant_id
  join public.products as p on p.id = v.product_id and p.published_at <= v_came_at
  cross join public.store_settings as t
  where s.variant_id = any (r_variant);
  if l.levels > l.known then
    return null;
  end if;
  v_variants := l.variants;
  l_free := l.free;
  for i in 1 .. n loop
    j := array_position(l.variants, r_variant[i]);
    if j is null or r_shopper[i] is null or r_quantity[i] not between 1 and l.most then
      return null;
    elsif r_quantity[i] > l.free[j] then
      v_hopeless := v_hopeless + l.is_unlapsed[j]::integer;
    elsif r_quantity[i] <= l_free[j] then
      v_fitting := v_fitting + 1;
      l_free[j] := l_free[j] - r_quantity[i];
    end if;
    r_level[i] := j;
  end loop;
  if v_hopeless = n then
    if r_key is not null and private.known_requests(p_requests) is not null then
      return null; -- some of it was held before, and is only asked for again
    end if;
    return private.refuse_at_once(
      r_shopper, r_variant, r_quantity, array(select l.free[x.level] from unnest(r_level) as x (level)), v_came_at);
  elsif v_fitting < n then
    return null;
  end if;

  -- The lock order of private.reserve: shoppers, then levels, each sorted.
  begin
    -- Without ON CONFLICT, which looks for each row once more and writes it down twice.
    insert into public.shoppers (id, minute_began_at, holds_in_minute)
    select s.id, v_came_at, 1 from unnest(r_shopper) as s (id) order by s.id;
  exception when unique_violation then
    return null; -- one of them is known
  end;
  l_free := array(
    select s.on_hand - s.safety_stock - s.reserved from public.stock_levels as s
    where s.variant_id = any (v_variants) order by s.variant_id, s.location_id
    for no key update);
  for i in 1 .. n loop
    l_free[r_level[i]] := l_free[r_level[i]] - r_quantity[i];
  end loop;
  if cardinality(l_free) <> cardinality(v_variants) or 0 > any (l_free) then
    -- Somebody was faster. Whoever is refused leaves no row.
    delete from public.shoppers as s where s.id = any (r_shopper);
    return null;
  end if;

  v_now := clock_timestamp();
  v_prefix := private.reservation_id_prefix(v_now);
  for k in 1 .. cardinality(v_variants) loop
    l_expires_at[k] := v_now + make_interval(secs => l.seconds[k]);
    l_max_expires_at[k] := v_now + make_interval(secs => l.seconds[k] * l.turns);
    -- What the holds of one level have in common is written once, up to the brace that closes it.
    l_common[k] := rtrim(json_build_object(
      'variantId', v_variants[k], 'locationId', l.locations[k], 'status', 'active', 'heldAt', v_now, 'durationSeconds',
      l.seconds[k], 'expiresAt', l_expires_at[k], 'maxExpiresAt', l_max_expires_at[k])::text, '}');
  end loop;
  for i in 1 .. n loop
    r_id[i] := v_prefix || substr(gen_random_uuid()::text, 16);
    r_answer[i] := concat(
      '{"outcome":"held","lines":[{"outcome":"held","replacesId":null,"variantId":"', r_variant[i],
      '","requested":', r_quantity[i], ',"reservation":', l_common[r_level[i]], ',"quantity":', r_quantity[i],
      ',"reservationId":"', r_id[i], '"}}]}');
  end loop;
  insert into public.reservations
    (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at, max_expires_at)
  select r.id, r.shopper_id, r.variant_id, l.locations[r.level], r.quantity, 'active', l.seconds[r.level], v_now,
         l_expires_at[r.level], l_max_expires_at[r.level]
  from unnest(r_id, r_shopper, r_variant, r_quantity, r_level) as r (id, shopper_id, variant_id, quantity, level);
  if r_key is not null then
    perform private.keep_answers(r_shopper, r_key, r_hash, r_answer::json[], v_now);
  end if;
  -- Text, because building it as jsonb costs as much as writing the holds (docs/adr/0012).
  return concat('{"serverNow":', to_json(v_now), ',"answers":[', array_to_string(r_answer, ','), ']}')::json;
end;
$$;
comment on function private.reserve_at_once(jsonb) is
  'Holds everything that a batch asks for, or refuses all of it, where that needs no thought: one plain line for each of different shoppers, none of whom we know; one location; enough free for all, or for none and nothing lapsed; no cap near. Answers as private.reserve, or null where any of this is not so: then nothing is held and nobody is made, though levels may be locked, and private.reserve decides. A test shows that both answer the same.';
