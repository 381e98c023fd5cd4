-- Giving holds back.

create function public.release_reservations(
  p_shopper_id uuid, p_reservation_ids uuid[] default null, p_mode text default 'partial',
  p_idempotency_key text default null, p_body_hash text default null)
returns jsonb
language plpgsql
volatile
security definer -- writes holds, counters and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_shopper_id uuid;
  v_ids uuid[] := p_reservation_ids;
  v_now timestamptz;
  v_mine uuid[];
  v_lapsed uuid[];
  v_paying uuid[];
  v_released uuid[];
  v_answer jsonb;
begin
  if p_mode is null or p_mode not in ('partial', 'all_or_nothing') then
    perform private.raise_invalid_request('p_mode is partial or all_or_nothing');
  end if;
  if cardinality(p_reservation_ids) > 100 then
    perform private.raise_invalid_request('p_reservation_ids has at most 100 ids');
  end if;
  perform private.check_idempotency_key(p_idempotency_key, p_body_hash);
  perform private.set_cause('shopper:release');
  -- Without its lock the shopper could add a hold whose level is locked by nobody here, and late, out of turn.
  v_shopper_id := private.lock_acting_shopper(p_shopper_id);
  v_answer := private.kept_answer(v_shopper_id, p_idempotency_key, p_body_hash, clock_timestamp());
  if v_answer is not null then
    perform private.set_cause('');
    return v_answer || jsonb_build_object('serverNow', clock_timestamp());
  end if;
  perform private.lock_levels(private.variants_of_reservations(v_shopper_id, v_ids));
  v_now := clock_timestamp();
  if v_ids is null then
    v_ids := array(select r.id from public.reservations as r
                   where r.shopper_id = v_shopper_id and r.status = 'active');
  end if;
  select array_agg(r.id) filter (where r.status = 'active' and r.expires_at > v_now),
         array_agg(r.id) filter (where r.status = 'active' and r.expires_at <= v_now),
         array_agg(r.id) filter (where r.status = 'paying')
  into v_mine, v_lapsed, v_paying
  from public.reservations as r
  where r.shopper_id = v_shopper_id and r.id = any (v_ids);

  if v_lapsed is not null then
    perform private.mark_expired(v_lapsed, v_now);
  end if;
  if v_mine is not null and (p_mode = 'partial' or v_paying is null) then
    update public.reservations as r set status = 'released', ended_at = v_now
    where r.id = any (v_mine) and r.status = 'active';
    v_released := v_mine;
  end if;
  v_answer := jsonb_build_object('released', coalesce(cardinality(v_released), 0),
                                 'releasedIds', coalesce(to_jsonb(v_released), '[]'),
                                 'paymentOpen', coalesce(to_jsonb(v_paying), '[]'));
  if v_released is not null then
    perform private.keep_answer(v_shopper_id, p_idempotency_key, p_body_hash, v_answer, v_now);
  end if;
  perform private.set_cause('');
  return v_answer || jsonb_build_object('serverNow', v_now);
end;
$$;
comment on function public.release_reservations(uuid, uuid[], text, text, text) is
  'Gives back active holds of one shopper at once. p_reservation_ids: at most 100; null: all of them. p_mode: partial (default) or all_or_nothing: a hold that is being paid keeps all as they were. Answers {serverNow, released: how many, releasedIds, paymentOpen: ids pinned by a payment and left alone}. Lapsed ones are marked expired and not counted; those of others and ended ones are passed over. Locks the shopper, then the levels. Idempotent. p_idempotency_key with p_body_hash (both or none): what changed something is answered again for 24 hours; with another hash the outcome is idempotency_mismatch, and nothing changes. Raises HF001 for an unknown mode, more than 100 ids, a malformed key or no shopper.';
