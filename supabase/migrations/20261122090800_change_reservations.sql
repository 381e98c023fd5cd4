-- Changing holds: quantity, more time, giving back.

create function public.set_reservation_quantity(
  p_shopper_id uuid, p_reservation_id uuid, p_quantity integer)
returns jsonb
language plpgsql
volatile
security definer -- writes holds, counters and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_variant_id uuid;
  v_answer jsonb;
begin
  -- A hold never changes its variant, so this may be read before anything is locked.
  select r.variant_id into v_variant_id from public.reservations as r
  where r.id = p_reservation_id and r.shopper_id = p_shopper_id;
  if not found then
    return jsonb_build_object('serverNow', clock_timestamp(), 'outcome', 'reservation_not_found');
  end if;
  perform private.set_cause('shopper:set_quantity');
  v_answer := private.reserve(jsonb_build_array(jsonb_build_object(
    'shopperId', p_shopper_id, 'quantityMode', 'set',
    'lines', jsonb_build_array(jsonb_build_object(
      'variantId', v_variant_id, 'quantity', p_quantity, 'reservationId', p_reservation_id)))));
  perform private.set_cause('');
  return (v_answer #> '{answers,0,lines,0}') || jsonb_build_object('serverNow', v_answer -> 'serverNow');
end;
$$;
comment on function public.set_reservation_quantity(uuid, uuid, integer) is
  'Sets one hold to p_quantity units: more are taken or refused as a whole, fewer are given back at once and change no time; a lapsed hold is taken again as a new one. Answers serverNow and the line as reserve_stock does: held (with reservation, replacesId) | insufficient_stock | limit_reached | reservation_not_found | reservation_ended | payment_open | variant_not_found. Locks as reserve_stock. Idempotent. Raises HF001 for a quantity that is no whole number from 1 to 999999.';

create function private.levels_of_reservations(p_shopper_id uuid, p_ids uuid[])
returns uuid[]
language sql
stable
set search_path = ''
as $$
  select array_agg(distinct r.variant_id) from public.reservations as r
  where r.shopper_id = p_shopper_id
    and (r.id = any (p_ids) or (p_ids is null and r.status = 'active'))
$$;
comment on function private.levels_of_reservations(uuid, uuid[]) is
  'The variants of these reservations as far as they are the shopper''s; p_ids null: of all active ones.';

create function private.extend_live(p_shopper_id uuid, p_ids uuid[], p_now timestamptz)
returns jsonb
language sql
volatile
set search_path = ''
as $$
  with live as materialized (
    select r.* from public.reservations as r
    where r.shopper_id = p_shopper_id and r.id = any (p_ids) and r.status = 'active' and r.expires_at > p_now
  ), extended as (
    update public.reservations as r
    set expires_at = least(p_now + make_interval(secs => r.duration_seconds), r.max_expires_at)
    from live as l
    where r.id = l.id
      and least(p_now + make_interval(secs => r.duration_seconds), r.max_expires_at) > l.expires_at
    returning r.*
  )
  select coalesce(jsonb_object_agg(l.id, jsonb_build_object(
    'outcome', case when l.expires_at >= l.max_expires_at then 'extension_limit' else 'extended' end,
    'reservation', private.hold_as_json(
      l.id, l.variant_id, l.location_id, l.quantity, l.status, l.created_at, l.duration_seconds,
      coalesce(e.expires_at, l.expires_at), l.max_expires_at),
    'replacesId', null)), '{}')
  from live as l left join extended as e on e.id = l.id
$$;
comment on function private.extend_live(uuid, uuid[], timestamptz) is
  'Extends the live ones of these holds to least(now + duration, max_expires_at); answers by id. The caller holds the levels'' locks.';

create function public.extend_reservations(p_shopper_id uuid, p_reservation_ids uuid[] default null)
returns jsonb
language plpgsql
volatile
security definer -- writes holds and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_variant_ids uuid[];
  v_ids uuid[] := p_reservation_ids;
  v_now timestamptz;
  v_extended jsonb;
  v_answers jsonb[] := '{}';
  v_answer jsonb;
  v_row record;
begin
  perform private.set_cause('shopper:extend');
  perform private.lock_shoppers(array[p_shopper_id]);
  v_variant_ids := private.levels_of_reservations(p_shopper_id, v_ids);
  perform private.lock_levels(v_variant_ids);
  v_now := clock_timestamp();
  if v_ids is null then
    select array_agg(r.id order by r.created_at, r.id) into v_ids from public.reservations as r
    where r.shopper_id = p_shopper_id and r.status = 'active';
  end if;
  v_extended := private.extend_live(p_shopper_id, v_ids, v_now);

  -- By variant, so that refusals are counted in the same order as everywhere.
  for v_row in
    select i.id, i.ord, r.variant_id, r.quantity, r.status
    from unnest(v_ids) with ordinality as i (id, ord)
    left join public.reservations as r on r.id = i.id and r.shopper_id = p_shopper_id
    order by r.variant_id, i.ord
  loop
    v_answer := v_extended -> v_row.id::text;
    if v_answer is null and v_row.status in ('active', 'expired') then
      -- Invariant 6: lapsed, so its units are taken again under the same locks, or the shopper is told.
      v_answer := private.reserve(jsonb_build_array(jsonb_build_object(
        'shopperId', p_shopper_id, 'quantityMode', 'set',
        'lines', jsonb_build_array(jsonb_build_object(
          'variantId', v_row.variant_id, 'reservationId', v_row.id,
          -- Where a newer hold stands in its place already, that one stays as it is.
          'quantity', coalesce(
            (select r.quantity from public.reservations as r
             where r.shopper_id = p_shopper_id and r.variant_id = v_row.variant_id and r.status = 'active'
               and r.expires_at > v_now
             limit 1), v_row.quantity)))))) #> '{answers,0,lines,0}';
      v_answer := v_answer || jsonb_build_object(
        'outcome', case v_answer ->> 'outcome' when 'held' then 'held_again' else 'expired' end,
        'refusal', case when v_answer ->> 'outcome' <> 'held' then v_answer ->> 'outcome' end);
    elsif v_answer is null then
      v_answer := jsonb_build_object('outcome', case v_row.status
        when 'paying' then 'payment_open' when 'released' then 'reservation_ended'
        when 'confirmed' then 'reservation_ended' else 'reservation_not_found' end);
    end if;
    v_answers[v_row.ord] := v_answer || jsonb_build_object('reservationId', v_row.id);
  end loop;
  perform private.set_cause('');
  return jsonb_build_object('serverNow', v_now, 'answers', to_jsonb(v_answers));
end;
$$;
comment on function public.extend_reservations(uuid, uuid[]) is
  'Gives holds of one shopper more time: least(now + duration, max_expires_at). p_reservation_ids null: all active ones. Answers {serverNow, answers}, one per id: extended | held_again (it had lapsed and its units were free: a new reservation, replacesId; or a newer one stood in its place already and stays as it is) | expired (it had lapsed and they were not; refusal, available, nextReleaseAt) | extension_limit | payment_open | reservation_ended | reservation_not_found. Locks the shopper, then the levels. Safe to repeat.';

create function public.release_reservations(p_shopper_id uuid, p_reservation_ids uuid[] default null)
returns jsonb
language plpgsql
volatile
security definer -- writes holds, counters and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_now timestamptz;
  v_mine uuid[];
  v_lapsed uuid[];
  v_paying uuid[];
  v_released integer := 0;
begin
  perform private.set_cause('shopper:release');
  -- Without it the shopper could add a hold whose level is locked by nobody here, and late, out of turn.
  perform 1 from public.shoppers as s where s.id = p_shopper_id for no key update;
  perform private.lock_levels(private.levels_of_reservations(p_shopper_id, p_reservation_ids));
  v_now := clock_timestamp();
  select array_agg(r.id) filter (where r.status = 'active' and r.expires_at > v_now),
         array_agg(r.id) filter (where r.status = 'active' and r.expires_at <= v_now),
         array_agg(r.id) filter (where r.status = 'paying')
  into v_mine, v_lapsed, v_paying
  from public.reservations as r
  where r.shopper_id = p_shopper_id
    and (r.id = any (p_reservation_ids) or (p_reservation_ids is null and r.status = 'active'));

  if v_lapsed is not null then
    perform private.mark_expired(v_lapsed, v_now);
  end if;
  if v_mine is not null then
    update public.reservations as r set status = 'released', ended_at = v_now
    where r.id = any (v_mine) and r.status = 'active';
    get diagnostics v_released = row_count;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('serverNow', v_now, 'released', v_released,
                            'paymentOpen', coalesce(to_jsonb(v_paying), '[]'));
end;
$$;
comment on function public.release_reservations(uuid, uuid[]) is
  'Gives back active holds of one shopper at once. p_reservation_ids null: all of them. Answers {serverNow, released, paymentOpen: ids pinned by a payment and left alone}. Lapsed ones are marked expired and not counted; those of others and ended ones are passed over. Locks the shopper, then the levels. Idempotent.';
