-- Holds as those who operate the shop see them, and taking one back.

create function private.admin_holds(p_ids uuid[], p_now timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'reservationId', r.id, 'shopperId', r.shopper_id, 'variantId', r.variant_id, 'sku', v.sku,
      'productName', p.name, 'variantName', v.name, 'locationCode', l.code, 'quantity', r.quantity,
      'state', case when r.status = 'active' and r.expires_at <= p_now then 'lapsed' else r.status::text end,
      'heldAt', r.created_at, 'expiresAt', r.expires_at, 'maxExpiresAt', r.max_expires_at, 'endedAt', r.ended_at,
      'durationSeconds', r.duration_seconds, 'isWithdrawn', r.is_withdrawn, 'replacesId', r.replaces_id)
      order by r.id desc), '[]')
    from public.reservations as r
    -- Holds have no foreign keys: one whose variant is gone is drift, and to be seen.
    left join public.variants as v on v.id = r.variant_id
    left join public.products as p on p.id = v.product_id
    left join public.locations as l on l.id = r.location_id
    where r.id = any (p_ids));
end;
$$;
comment on function private.admin_holds(uuid[], timestamptz) is
  'Holds with what they are of, newest first. state is the status, but lapsed for an active hold whose time is over at p_now.';

create function public.admin_reservations(
  p_state text default null, p_variant_id uuid default null, p_shopper_id uuid default null,
  p_before uuid default null, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer -- reads everybody's holds for a caller that has established that it is an admin
set search_path = ''
as $$
declare
  v_now timestamptz := statement_timestamp();
  v_ids uuid[];
begin
  if p_limit is null or p_limit not between 1 and 200 then
    perform private.raise_invalid_request('p_limit is 1 to 200 holds');
  end if;
  if p_state not in ('active', 'lapsed', 'paying', 'confirmed', 'released', 'expired') then
    perform private.raise_invalid_request('p_state is unknown');
  end if;
  v_ids := array(
    select r.id from public.reservations as r
    where (p_before is null or r.id < p_before)
      and (p_variant_id is null or r.variant_id = p_variant_id)
      and (p_shopper_id is null or r.shopper_id = p_shopper_id)
      and (p_state is null
           or r.status::text = case p_state when 'lapsed' then 'active' else p_state end
              and (p_state not in ('active', 'lapsed') or (r.expires_at <= v_now) = (p_state = 'lapsed')))
    -- Ids of holds are in the order of time: no index on the time is needed, which every hold would have to pay.
    order by r.id desc limit p_limit + 1);
  return jsonb_build_object(
    'serverNow', v_now, 'reservations', private.admin_holds(v_ids[:p_limit], v_now),
    'next', case when cardinality(v_ids) > p_limit then v_ids[p_limit] end);
end;
$$;
comment on function public.admin_reservations(text, uuid, uuid, uuid, integer) is
  'Holds, newest first, at most p_limit: of a state (active and lapsed are told apart by the clock), a variant, a shopper. {serverNow, reservations, next: pass it as p_before for the following page; null at the end}. Holds that somebody typed have random ids and stand anywhere. Locks nothing. Raises HF001 for an unknown state or a limit outside 1..200.';

create function public.admin_reservation(p_reservation_id uuid)
returns jsonb
language plpgsql
stable
security definer -- reads everybody's holds and the trail for a caller that has established that it is an admin
set search_path = ''
as $$
declare
  v_now timestamptz := statement_timestamp();
  v_hold public.reservations;
begin
  select * into v_hold from public.reservations as r where r.id = p_reservation_id;
  if not found then
    return jsonb_build_object('outcome', 'not_found', 'serverNow', v_now);
  end if;
  return jsonb_build_object(
    'outcome', 'found', 'serverNow', v_now,
    'reservation', private.admin_holds(array[v_hold.id], v_now) -> 0,
    'replacedBy', (select r.id from public.reservations as r
                   where r.shopper_id = v_hold.shopper_id and r.variant_id = v_hold.variant_id
                     and r.replaces_id = v_hold.id limit 1),
    'timeline', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'at', t.at, 'actor', private.shown_actor(t.actor), 'cause', t.cause, 'adminId', a.admin_id, 'reason', a.reason,
        'before', case when t.old_status is not null then jsonb_build_object(
          'status', t.old_status, 'quantity', t.old_quantity, 'expiresAt', t.old_expires_at,
          'shopperId', t.old_shopper_id) end,
        'after', case when t.new_status is not null then jsonb_build_object(
          'status', t.new_status, 'quantity', t.new_quantity, 'expiresAt', t.new_expires_at,
          'shopperId', t.new_shopper_id) end) order by t.at, t.id), '[]')
      from public.reservation_trail as t
      left join lateral (
        -- An admin can end a hold once.
        select n.admin_id, n.reason from public.admin_trail as n
        where n.entity_id = t.reservation_id and n.entity = 'reservation' order by n.id limit 1
      ) as a on t.actor = 'admin'
      -- The key of the trail begins with the variant. Its clock may run a moment behind what the hold was told.
      where t.variant_id = v_hold.variant_id and t.at >= v_hold.created_at - interval '1 minute'
        and t.reservation_id = v_hold.id));
end;
$$;
comment on function public.admin_reservation(uuid) is
  'One hold with its whole timeline from the trail, oldest first: {outcome: found | not_found, serverNow, reservation, replacedBy: the hold that took its units again, timeline: [{at, actor, cause, adminId, reason, before, after: {status, quantity, expiresAt, shopperId}}]}. Locks nothing.';

create function public.admin_release_reservation(p_reservation_id uuid, p_reason text, p_admin_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- writes holds, counters and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_hold public.reservations;
  v_now timestamptz;
begin
  perform private.check_reason(p_admin_id, p_reason);
  select * into v_hold from public.reservations as r where r.id = p_reservation_id;
  if not found then
    return jsonb_build_object('outcome', 'not_found', 'serverNow', clock_timestamp());
  end if;
  -- Whoever changes a hold has its level's lock; which level it is never changes.
  perform 1 from public.stock_levels as s
  where s.variant_id = v_hold.variant_id and s.location_id = v_hold.location_id for no key update;
  v_now := clock_timestamp();
  select * into v_hold from public.reservations as r where r.id = p_reservation_id;
  if v_hold.status = 'paying' then
    return jsonb_build_object('outcome', 'payment_open', 'serverNow', v_now);
  end if;
  if v_hold.status = 'active' and v_hold.expires_at <= v_now then
    perform private.mark_expired(array[v_hold.id], v_now);
    v_hold.status := 'expired';
  end if;
  if v_hold.status <> 'active' then
    return jsonb_build_object('outcome', 'ended', 'status', v_hold.status, 'serverNow', v_now);
  end if;
  perform private.act_as_admin(p_admin_id, 'release', p_reason);
  update public.reservations as r set status = 'released', ended_at = v_now, is_withdrawn = true
  where r.id = v_hold.id and r.status = 'active';
  perform private.note_admin('reservation', v_hold.id);
  perform private.end_acting();
  return jsonb_build_object('outcome', 'released', 'serverNow', v_now,
                            'reservation', private.admin_holds(array[v_hold.id], v_now) -> 0);
end;
$$;
comment on function public.admin_release_reservation(uuid, text, uuid) is
  'Takes an active hold back, with a reason; its shopper sees it as withdrawn. Answers {outcome: released {reservation} | payment_open (its payment comes first) | ended {status} | not_found, serverNow}. A lapsed one is marked expired and has ended. Locks the level. Safe to repeat: an ended hold stays as it is. Raises HF001 without an admin or a reason.';

revoke all on function public.admin_reservations(text, uuid, uuid, uuid, integer) from public, anon, authenticated, service_role;
revoke all on function public.admin_reservation(uuid) from public, anon, authenticated, service_role;
revoke all on function public.admin_release_reservation(uuid, text, uuid) from public, anon, authenticated, service_role;
grant execute on function public.admin_reservations(text, uuid, uuid, uuid, integer) to service_role;
grant execute on function public.admin_reservation(uuid) to service_role;
grant execute on function public.admin_release_reservation(uuid, text, uuid) to service_role;
