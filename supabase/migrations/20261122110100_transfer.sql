-- Signing in: what the guest holds becomes the user's.

create function private.lock_merging_shoppers(p_from_shopper_id uuid, p_to_shopper_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  insert into public.shoppers (id)
  select s.id from unnest(array[p_from_shopper_id, p_to_shopper_id]) as s (id) order by s.id
  on conflict (id) do nothing;
  loop
    v_ids := array(
      select s.id from public.shoppers as s
      where s.id in (p_from_shopper_id, p_to_shopper_id) or s.merged_into = p_from_shopper_id);
    begin
      perform 1 from public.shoppers as s where s.id = any (v_ids) order by s.id for no key update;
      if not exists (select 1 from public.shoppers as s
                     where s.merged_into = p_from_shopper_id and s.id <> all (v_ids)) then
        return;
      end if;
      raise exception 'merged_meanwhile' using errcode = 'HF010';
    exception when sqlstate 'HF010' then
      null; -- lets go of the locks, so that all of them are taken in order
    end;
  end loop;
end;
$$;
comment on function private.lock_merging_shoppers(uuid, uuid) is
  'Locks two shoppers, making their rows, and everybody who was merged into the first before (sorted, FOR NO KEY UPDATE): their rows change with a transfer.';

create function public.transfer_reservations(p_from_shopper_id uuid, p_to_shopper_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- writes holds, counters and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_now timestamptz;
  v_variant_ids uuid[];
  v_lapsed uuid[];
  v_from uuid[];
  v_into uuid[];
  v_quantities integer[];
  v_ends timestamptz[];
  v_maxima timestamptz[];
  v_merged integer := 0;
  v_moved integer := 0;
begin
  if p_from_shopper_id is null or p_to_shopper_id is null or p_from_shopper_id = p_to_shopper_id then
    perform private.raise_invalid_request('p_from_shopper_id and p_to_shopper_id are two different shoppers');
  end if;
  perform private.set_cause('system:transfer');
  perform private.lock_merging_shoppers(p_from_shopper_id, p_to_shopper_id);
  if exists (select 1 from public.shoppers as s where s.id = p_to_shopper_id and s.merged_into is not null)
     or exists (select 1 from public.shoppers as s where s.id = p_from_shopper_id
                and s.merged_into is distinct from p_to_shopper_id and s.merged_into is not null) then
    perform private.set_cause('');
    return jsonb_build_object('outcome', 'already_merged');
  end if;
  if exists (select 1 from public.reservations as r where r.shopper_id = p_from_shopper_id and r.status = 'paying')
     or exists (select 1 from public.payments as p
                where p.shopper_id = p_from_shopper_id and p.status in ('open', 'processing')) then
    perform private.set_cause('');
    return jsonb_build_object('outcome', 'payment_open');
  end if;

  -- Orders come before levels in the lock order.
  perform 1 from public.orders as o where o.shopper_id = p_from_shopper_id order by o.id for no key update;
  update public.orders as o set shopper_id = p_to_shopper_id where o.shopper_id = p_from_shopper_id;
  update public.payments as p set shopper_id = p_to_shopper_id where p.shopper_id = p_from_shopper_id;

  select array_agg(distinct r.variant_id) into v_variant_ids from public.reservations as r
  where r.shopper_id in (p_from_shopper_id, p_to_shopper_id) and r.status = 'active';
  perform private.lock_levels(v_variant_ids);
  v_now := clock_timestamp();
  select array_agg(r.id) into v_lapsed from public.reservations as r
  where r.shopper_id in (p_from_shopper_id, p_to_shopper_id) and r.status = 'active' and r.expires_at <= v_now;
  if v_lapsed is not null then
    perform private.mark_expired(v_lapsed, v_now);
  end if;

  -- Both hold the same: one line with the units of both, the later end and the earlier maximum. The units go back
  -- and are taken again under the same lock, so nobody can come between.
  select array_agg(f.id), array_agg(t.id), array_agg(f.quantity),
         array_agg(least(greatest(f.expires_at, t.expires_at), least(f.max_expires_at, t.max_expires_at))),
         array_agg(least(f.max_expires_at, t.max_expires_at))
  into v_from, v_into, v_quantities, v_ends, v_maxima
  from public.reservations as f
  join public.reservations as t
    on t.variant_id = f.variant_id and t.location_id = f.location_id and t.status = 'active'
       and t.shopper_id = p_to_shopper_id
  where f.shopper_id = p_from_shopper_id and f.status = 'active';
  if v_from is not null then
    update public.reservations as r set status = 'released', ended_at = v_now where r.id = any (v_from);
    update public.reservations as r
    set quantity = r.quantity + m.quantity, expires_at = m.expires_at, max_expires_at = m.max_expires_at
    from unnest(v_into, v_quantities, v_ends, v_maxima) as m (id, quantity, expires_at, max_expires_at)
    where r.id = m.id;
    get diagnostics v_merged = row_count;
  end if;
  -- The ended ones too: without what was given back or bought meanwhile, an expired one would be offered again, and
  -- nobody would be told of a withdrawn one. One branch per partial index.
  with moved as (
    update public.reservations as r set shopper_id = p_to_shopper_id
    where r.id in (
      select a.id from public.reservations as a where a.shopper_id = p_from_shopper_id and a.status = 'active'
      union all
      select a.id from public.reservations as a where a.shopper_id = p_from_shopper_id and a.status = 'expired'
      union all
      select a.id from public.reservations as a
      where a.shopper_id = p_from_shopper_id and a.status in ('released', 'confirmed'))
    returning r.status
  )
  select count(*) filter (where m.status in ('active', 'expired')) into v_moved from moved as m;

  -- A request of the guest that comes again acts for the user, and finds its answer there. Of two with one key the
  -- user's stays, unless it is too old.
  with moved as (
    delete from public.idempotency_keys as k where k.shopper_id = p_from_shopper_id returning k.*
  )
  insert into public.idempotency_keys as k (shopper_id, key, body_hash, answer, created_at)
  select p_to_shopper_id, m.key, m.body_hash, m.answer, m.created_at from moved as m
  on conflict (shopper_id, key)
  do update set body_hash = excluded.body_hash, answer = excluded.answer, created_at = excluded.created_at
  where k.created_at <= private.kept_since(v_now);

  update public.shoppers as s set merged_into = p_to_shopper_id
  where (s.id = p_from_shopper_id or s.merged_into = p_from_shopper_id)
    and s.merged_into is distinct from p_to_shopper_id;
  perform private.set_cause('');
  return jsonb_build_object('outcome', 'transferred', 'serverNow', v_now, 'merged', v_merged, 'moved', v_moved);
end;
$$;
comment on function public.transfer_reservations(uuid, uuid) is
  'Gives what a guest holds to the user that the guest became. Where both hold the same at one location: one line with the units of both, the later end and the earlier maximum. Caps refuse nothing here, only what comes after. Ended ones move too: expired ones so that they can be held again, the others so that they are not offered. Orders move with their payments. Answers that were kept for the guest move too; of two with one key the user''s stays. Records merged_into: later requests of the guest act for the user. Answers {outcome: transferred {merged, moved: active and expired reservations} | payment_open | already_merged (into somebody else)}. Locks shoppers, orders, then levels. Safe to repeat. Raises HF001 for missing or equal shoppers.';

revoke all on function public.transfer_reservations(uuid, uuid) from public, anon, authenticated, service_role;
grant execute on function public.transfer_reservations(uuid, uuid) to service_role;
