-- Changing holds: quantity, more time.

create function public.set_reservation_quantity(
  p_shopper_id uuid, p_reservation_id uuid, p_quantity integer, p_idempotency_key text default null,
  p_body_hash text default null)
returns jsonb
language plpgsql
volatile
security definer -- writes holds, counters and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_shopper_id uuid;
  v_variant_id uuid;
  v_answer jsonb;
begin
  perform private.check_idempotency_key(p_idempotency_key, p_body_hash);
  -- A hold never changes its variant, so this may be read before anything is locked; in one statement with the
  -- shopper, or a sign-in between two would hide the hold.
  select r.variant_id, r.shopper_id into v_variant_id, v_shopper_id from public.reservations as r
  where r.id = p_reservation_id and r.shopper_id = private.acting_shopper(p_shopper_id);
  if not found then
    return jsonb_build_object('serverNow', clock_timestamp(), 'outcome', 'reservation_not_found');
  end if;
  perform private.set_cause('shopper:set_quantity');
  v_answer := private.reserve_from_known_sources(jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'shopperId', v_shopper_id, 'quantityMode', 'set', 'idempotencyKey', p_idempotency_key, 'bodyHash', p_body_hash,
    'lines', jsonb_build_array(jsonb_build_object(
      'variantId', v_variant_id, 'quantity', p_quantity, 'reservationId', p_reservation_id))))));
  perform private.set_cause('');
  return coalesce(v_answer #> '{answers,0,lines,0}', jsonb_build_object('outcome', v_answer #> '{answers,0,outcome}'))
    || jsonb_build_object('serverNow', v_answer -> 'serverNow');
end;
$$;
comment on function public.set_reservation_quantity(uuid, uuid, integer, text, text) is
  'Sets one hold to p_quantity units: more are taken or refused as a whole, fewer are given back at once and change no time; a lapsed hold is taken again as a new one. Answers serverNow and the line as reserve_stock does: held (with reservation, replacesId) | insufficient_stock | limit_reached | reservation_not_found | reservation_ended | payment_open | variant_not_found. Locks as reserve_stock. Idempotent. p_idempotency_key with p_body_hash (both or none): what changed something is answered again for 24 hours; with another hash the outcome is idempotency_mismatch, and nothing changes. Raises HF001 for a quantity that is no whole number from 1 to 999999 and for a malformed key.';

create function private.variants_of_reservations(p_shopper_id uuid, p_ids uuid[])
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_ids is null then
    return array(select distinct r.variant_id from public.reservations as r
                 where r.shopper_id = p_shopper_id and r.status = 'active');
  end if;
  return array(select distinct r.variant_id from public.reservations as r
               where r.shopper_id = p_shopper_id and r.id = any (p_ids));
end;
$$;
comment on function private.variants_of_reservations(uuid, uuid[]) is
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

create function private.extend_each(p_shopper_id uuid, p_ids uuid[], p_now timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_extended jsonb := private.extend_live(p_shopper_id, p_ids, p_now);
  v_answers jsonb[] := '{}';
  v_answer jsonb;
  v_row record;
begin
  -- By variant, so that refusals are counted in the same order as everywhere.
  for v_row in
    select i.id, i.ord, r.variant_id, r.quantity, r.status
    from unnest(p_ids) with ordinality as i (id, ord)
    left join public.reservations as r on r.id = i.id and r.shopper_id = p_shopper_id
    order by r.variant_id, i.ord
  loop
    v_answer := v_extended -> v_row.id::text;
    if v_answer is null and v_row.status in ('active', 'expired') then
      -- Invariant 6: lapsed, so its units are taken again under the same locks, or the shopper is told.
      v_answer := private.reserve_from_known_sources(jsonb_build_array(jsonb_build_object(
        'shopperId', p_shopper_id, 'quantityMode', 'set',
        'lines', jsonb_build_array(jsonb_build_object(
          'variantId', v_row.variant_id, 'reservationId', v_row.id,
          -- Where a newer hold stands in its place already, that one stays as it is.
          'quantity', coalesce(
            (select r.quantity from public.reservations as r
             where r.shopper_id = p_shopper_id and r.variant_id = v_row.variant_id and r.status = 'active'
               and r.expires_at > p_now
             limit 1), v_row.quantity))))), p_now) #> '{answers,0,lines,0}';
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
  return to_jsonb(v_answers);
end;
$$;
comment on function private.extend_each(uuid, uuid[], timestamptz) is
  'Extends each of these holds or takes a lapsed one again; answers in their order. The caller holds the locks of the shopper and of the levels.';

create function private.is_refused(p_answers jsonb, p_fine text[])
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return exists (select 1 from jsonb_array_elements(p_answers) as a (answer)
                 where a.answer ->> 'outcome' <> all (p_fine));
end;
$$;
comment on function private.is_refused(jsonb, text[]) is 'True where one of the answers has an outcome that is not among the fine ones.';

create function private.has_extended(p_answers jsonb, p_now timestamptz)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select 1 from jsonb_array_elements(p_answers) as a (answer)
    where a.answer ->> 'outcome' = 'extended'
       -- Else a newer hold stood in its place already, and stayed as it was.
       or (a.answer ->> 'outcome' = 'held_again' and (a.answer #>> '{reservation,heldAt}')::timestamptz = p_now));
end;
$$;
comment on function private.has_extended(jsonb, timestamptz) is 'Whether one of the answers of extend_each at p_now changed a hold.';

create function public.extend_reservations(
  p_shopper_id uuid, p_reservation_ids uuid[] default null, p_mode text default 'partial',
  p_idempotency_key text default null, p_body_hash text default null)
returns jsonb
language plpgsql
volatile
security definer -- writes holds and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_shopper_id uuid;
  v_ids uuid[] := p_reservation_ids;
  v_now timestamptz;
  v_answers jsonb;
  v_answer jsonb;
begin
  if p_mode is null or p_mode not in ('partial', 'all_or_nothing') then
    perform private.raise_invalid_request('p_mode is partial or all_or_nothing');
  end if;
  if cardinality(p_reservation_ids) > 100 then
    perform private.raise_invalid_request('p_reservation_ids has at most 100 ids');
  end if;
  perform private.check_idempotency_key(p_idempotency_key, p_body_hash);
  perform private.set_cause('shopper:extend');
  v_shopper_id := private.lock_acting_shopper(p_shopper_id);
  v_answer := private.kept_answer(v_shopper_id, p_idempotency_key, p_body_hash, clock_timestamp());
  if v_answer is not null then
    perform private.set_cause('');
    return v_answer || jsonb_build_object('serverNow', clock_timestamp());
  end if;
  perform private.lock_levels(private.variants_of_reservations(v_shopper_id, v_ids));
  v_now := clock_timestamp();
  if v_ids is null then
    select array_agg(r.id order by r.created_at, r.id) into v_ids from public.reservations as r
    where r.shopper_id = v_shopper_id and r.status = 'active';
  end if;

  begin
    v_answers := private.extend_each(v_shopper_id, v_ids, v_now);
    if p_mode = 'all_or_nothing' and private.is_refused(v_answers, array['extended', 'held_again']) then
      raise exception 'all_or_nothing' using errcode = 'HF009';
    end if;
  exception when sqlstate 'HF009' then
    -- The block's writes are rolled back; its locks stay, its answers too.
    select jsonb_agg(case when a.answer ->> 'outcome' in ('extended', 'held_again')
                          then jsonb_build_object('outcome', 'not_attempted', 'reservationId', a.answer -> 'reservationId')
                          else a.answer end order by a.ord)
    into v_answers from jsonb_array_elements(v_answers) with ordinality as a (answer, ord);
  end;
  v_answer := jsonb_build_object('answers', v_answers);
  if private.has_extended(v_answers, v_now) then
    perform private.keep_answer(v_shopper_id, p_idempotency_key, p_body_hash, v_answer, v_now);
  end if;
  perform private.set_cause('');
  return v_answer || jsonb_build_object('serverNow', v_now);
end;
$$;
comment on function public.extend_reservations(uuid, uuid[], text, text, text) is
  'Gives holds of one shopper more time: least(now + duration, max_expires_at). p_reservation_ids: at most 100; null: all active ones. p_mode: partial (default), each as it goes; all_or_nothing, one refusal leaves all as they were. Answers {serverNow, answers}, one per id: extended | held_again (it had lapsed and its units were free: a new reservation, replacesId; or a newer one stood in its place already and stays as it is) | expired (it had lapsed and they were not; refusal, available, nextReleaseAt) | extension_limit | payment_open | reservation_ended | reservation_not_found | not_attempted. Locks the shopper, then the levels. Safe to repeat. p_idempotency_key with p_body_hash (both or none): what changed something is answered again for 24 hours; with another hash the outcome is idempotency_mismatch, and nothing changes. Raises HF001 for an unknown mode, more than 100 ids, a malformed key or no shopper.';
