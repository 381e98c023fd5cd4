-- What time took, when it will take the next, and what was refused.

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

create function private.count_refusal(p_variant_id uuid, p_reason text, p_units integer)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.new_refusals as f (variant_id, reason, hour, shard, requests, units)
  values (p_variant_id, p_reason, date_trunc('hour', statement_timestamp()), pg_backend_pid() % 16, 1, p_units)
  on conflict (variant_id, reason, hour, shard)
  do update set requests = f.requests + 1, units = f.units + excluded.units;
end;
$$;
comment on function private.count_refusal(uuid, text, integer) is
  'Adds one refusal to its hourly counter, as private.count_refusals does with many, for half the cost.';

create function private.count_refusals(p_variant_ids uuid[], p_reasons text[], p_units integer[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.new_refusals as f (variant_id, reason, hour, shard, requests, units)
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

create function private.keep_refusals()
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  with taken as (
    delete from public.new_refusals as f
    where (f.variant_id, f.reason, f.hour, f.shard) in (
      select n.variant_id, n.reason, n.hour, n.shard from public.new_refusals as n limit 1000 for update skip locked)
    returning f.*
  )
  insert into public.kept_refusals as k (variant_id, reason, hour, requests, units)
  select t.variant_id, t.reason, t.hour, sum(t.requests), sum(t.units) from taken as t
  group by t.variant_id, t.reason, t.hour
  order by t.variant_id, t.reason, t.hour
  on conflict (variant_id, reason, hour)
  do update set requests = k.requests + excluded.requests, units = k.units + excluded.units;
end;
$$;
comment on function private.keep_refusals() is
  'Takes at most 1000 counters over into kept_refusals, where a crash cannot take them back. What somebody is counting on right now is left for the next time.';
