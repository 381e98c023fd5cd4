-- The shortcut for one request, as the server sends it when nobody else asks. docs/adr/0008

create function private.refuse_at_once(
  p_shoppers uuid[], p_variants uuid[], p_quantities integer[], p_free integer[], p_now timestamptz)
returns json
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_answers json[];
  v_reasons text[];
  v_short integer[];
  v_next record;
  v_variant_id uuid;
begin
  for i in 1 .. cardinality(p_shoppers) loop
    if p_variants[i] is distinct from v_variant_id then
      v_variant_id := p_variants[i];
      select r.expires_at, r.shopper_id,
             array(select g.id from public.shoppers as g where g.merged_into = r.shopper_id) as guests
      into v_next
      from public.stock_levels as s
      cross join lateral (
        select h.expires_at, h.shopper_id from public.reservations as h
        where h.variant_id = s.variant_id and h.location_id = s.location_id and h.status = 'active'
          and h.expires_at > p_now
        order by h.expires_at limit 1
      ) as r
      where s.variant_id = v_variant_id
      order by r.expires_at limit 1;
    end if;
    v_reasons[i] := 'insufficient_stock';
    v_short[i] := p_quantities[i] - greatest(p_free[i], 0);
    v_answers[i] := json_build_object('outcome', 'insufficient_stock', 'lines', json_build_array(json_build_object(
      'variantId', v_variant_id, 'requested', p_quantities[i], 'outcome', 'insufficient_stock',
      'available', greatest(p_free[i], 0), 'shortfall', v_short[i], 'limit', null,
      -- The shopper's own hold is no news.
      'nextReleaseAt', case
        when (p_shoppers[i] = v_next.shopper_id or p_shoppers[i] = any (v_next.guests))
             and private.acting_shopper(p_shoppers[i]) = v_next.shopper_id
        then private.next_release_at(v_variant_id, p_now, v_next.shopper_id) else v_next.expires_at end)));
  end loop;
  perform private.count_refusals(p_variants, v_reasons, v_short);
  return json_build_object('serverNow', p_now, 'answers', array_to_json(v_answers));
end;
$$;
comment on function private.refuse_at_once(uuid[], uuid[], integer[], integer[], timestamptz) is
  'Answers and counts requests of one line each that cannot be held whatever their shoppers hold, since p_free units are free where each asks. As private.reserve would. Locks nothing but counters.';

create function private.refuse_one(
  p_shopper_id uuid, p_variant_id uuid, p_location_id uuid, p_quantity integer, p_free integer, p_now timestamptz)
returns json
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_next_release_at timestamptz;
  v_is_own boolean;
begin
  select h.expires_at, h.shopper_id = p_shopper_id or exists (
           select from public.shoppers as g where g.id = p_shopper_id and g.merged_into = h.shopper_id)
  into v_next_release_at, v_is_own
  from public.reservations as h
  where h.variant_id = p_variant_id and h.location_id = p_location_id and h.status = 'active' and h.expires_at > p_now
  order by h.expires_at limit 1;
  if v_is_own then
    -- The shopper's own hold is no news.
    v_next_release_at := private.next_release_at(p_variant_id, p_now, private.acting_shopper(p_shopper_id));
  end if;
  perform private.count_refusal(p_variant_id, 'insufficient_stock', p_quantity - p_free);
  return json_build_object('serverNow', p_now, 'answers', json_build_array(json_build_object(
    'outcome', 'insufficient_stock', 'lines', json_build_array(json_build_object(
      'variantId', p_variant_id, 'requested', p_quantity, 'outcome', 'insufficient_stock', 'available', p_free,
      'shortfall', p_quantity - p_free, 'limit', null, 'nextReleaseAt', v_next_release_at)))));
end;
$$;
comment on function private.refuse_one(uuid, uuid, uuid, integer, integer, timestamptz) is
  'private.refuse_at_once for one request, of a variant with one stock level of which p_free units are free: for half the cost. Locks nothing but a counter.';

create function private.reserve_one(p_request jsonb)
returns json
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_line jsonb := p_request #> '{lines,0}';
  v_is_keyed boolean := p_request ?| '{idempotencyKey,bodyHash}';
  v_answer json;
  v_shopper_id uuid;
  v_variant_id uuid;
  v_quantity integer;
  v_came_at timestamptz := clock_timestamp();
  v_now timestamptz;
  v_location_id uuid;
  v_id uuid;
  v_expires_at timestamptz;
  v_max_expires_at timestamptz;
  l record; -- the stock level as it seems
begin
  begin
    if p_request ?| '{mode,quantityMode,source}' or v_line ? 'reservationId'
       or v_is_keyed and not private.is_idempotency_key(p_request -> 'idempotencyKey', p_request -> 'bodyHash')
       or jsonb_array_length(p_request -> 'lines') <> 1 or jsonb_typeof(v_line -> 'quantity') is distinct from 'number' then
      return null;
    end if;
    v_shopper_id := p_request ->> 'shopperId';
    v_variant_id := v_line ->> 'variantId';
    v_quantity := v_line ->> 'quantity';
  exception when data_exception then
    return null; -- malformed: private.reserve says how
  end;
  if v_shopper_id is null then
    return null;
  end if;

  -- An empty shelf is not worth a lock.
  select count(*) as levels, max(s.on_hand - s.safety_stock - s.reserved) as free,
         min(s.next_expiry_at) as next_expiry_at, min(coalesce(p.hold_seconds, t.hold_seconds)) as seconds,
         min(t.max_hold_turns) as turns,
         min(least(t.max_units_per_line, t.max_units_per_variant, t.max_units_per_shopper)) as most,
         any_value(s.location_id) as location_id
  into l
  from public.stock_levels as s
  join public.variants as v on v.id = s.variant_id
  join public.products as p on p.id = v.product_id and p.published_at <= v_came_at
  cross join public.store_settings as t
  where s.variant_id = v_variant_id;
  if l.levels <> 1 or v_quantity not between 1 and l.most then
    return null;
  elsif v_quantity > l.free then
    if v_is_keyed then
      if private.known_requests(jsonb_build_array(p_request)) is not null then
        return null; -- it was held before, and is only asked for again
      end if;
    end if;
    if l.next_expiry_at > v_came_at then
      return private.refuse_one(
        v_shopper_id, v_variant_id, l.location_id, v_quantity, greatest(l.free, 0), v_came_at);
    end if;
    return null;
  end if;

  -- The lock order of private.reserve: shoppers, then levels. The level is locked for a shopper who is new, only.
  with shopper as (
    insert into public.shoppers (id, minute_began_at, holds_in_minute) values (v_shopper_id, v_came_at, 1)
    on conflict (id) do nothing returning id
  )
  select s.location_id, s.on_hand - s.safety_stock - s.reserved into v_location_id, l.free
  from public.stock_levels as s
  where s.variant_id = v_variant_id and exists (select 1 from shopper)
  for no key update;
  if v_location_id is null then
    return null;
  elsif v_quantity > l.free then
    -- Whoever is refused leaves no row.
    delete from public.shoppers as s where s.id = v_shopper_id;
    return null;
  end if;

  v_now := clock_timestamp();
  v_id := private.reservation_id_prefix(v_now) || substr(gen_random_uuid()::text, 16);
  v_expires_at := v_now + make_interval(secs => l.seconds);
  v_max_expires_at := v_now + make_interval(secs => l.seconds * l.turns);
  insert into public.reservations
    (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at, max_expires_at)
  values (v_id, v_shopper_id, v_variant_id, v_location_id, v_quantity, 'active', l.seconds, v_now, v_expires_at,
          v_max_expires_at);
  v_answer := json_build_object(
    'outcome', 'held', 'lines', json_build_array(json_build_object(
      'variantId', v_variant_id, 'outcome', 'held', 'requested', v_quantity, 'replacesId', null,
      -- As private.hold_as_json says it, which would cost a call and its jsonb.
      'reservation', json_build_object(
        'reservationId', v_id, 'variantId', v_variant_id, 'locationId', v_location_id, 'quantity', v_quantity,
        'status', 'active', 'heldAt', v_now, 'durationSeconds', l.seconds, 'expiresAt', v_expires_at,
        'maxExpiresAt', v_max_expires_at))));
  if v_is_keyed then
    perform private.keep_answers(array[v_shopper_id], array[p_request ->> 'idempotencyKey'],
                                 array[p_request ->> 'bodyHash'], array[v_answer], v_now);
  end if;
  return json_build_object('serverNow', v_now, 'answers', json_build_array(v_answer));
end;
$$;
comment on function private.reserve_one(jsonb) is
  'Decides one plain line of a shopper whom we do not know, where that needs no thought: one location, no cap near, and enough free, or nothing lapsed that could help. Answers as private.reserve, or null where any of this is not so: then nothing is held and nobody is made, though the level may be locked, and private.reserve decides.';
