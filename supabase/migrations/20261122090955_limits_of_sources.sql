-- What a source has left: requests in this minute, units of a variant.

create function private.requests_left_of_sources(p_sources text[], p_limit integer, p_now timestamptz)
returns integer[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return array(
    select p_limit - coalesce((select sum(r.requests) from public.source_requests as r
                               where r.source = s.source and r.minute = date_trunc('minute', p_now)), 0)::integer
    from unnest(p_sources) with ordinality as s (source, ord)
    order by s.ord);
end;
$$;
comment on function private.requests_left_of_sources(text[], integer, timestamptz) is
  'How many requests each of these sources has left in this minute, in their order. Locks nothing, so calls that run at the same time may let a few more through.';

create function private.count_source_requests(p_sources text[], p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.source_requests as r (source, shard, minute, requests)
  select s.source, pg_backend_pid() % 8, date_trunc('minute', p_now), count(*)
  from unnest(p_sources) as s (source)
  where s.source is not null
  group by s.source
  order by s.source
  on conflict (source, shard) do update
  set requests = case when r.minute = excluded.minute then r.requests else 0 end + excluded.requests,
      minute = excluded.minute;
end;
$$;
comment on function private.count_source_requests(text[], timestamptz) is
  'Counts one request of each of these sources (null: none), sorted, in one of 8 shards. Last of all in a transaction, so that a lock that is waited for keeps nobody else from counting.';

create function private.live_units_of_source(p_variant_id uuid, p_source text, p_now timestamptz)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(h.units), 0)
    from (
      -- A guest who became a user holds as that user, and once.
      select distinct on (coalesce(s.merged_into, n.shopper_id)) u.units
      from public.source_holders as n
      left join public.shoppers as s on s.id = n.shopper_id
      cross join lateral (
        select sum(r.quantity) as units
        from (
          select a.quantity from public.reservations as a
          where a.shopper_id = coalesce(s.merged_into, n.shopper_id) and a.variant_id = p_variant_id
            and a.status = 'active' and a.expires_at > p_now
          union all
          select a.quantity from public.reservations as a
          where a.shopper_id = coalesce(s.merged_into, n.shopper_id) and a.variant_id = p_variant_id
            and a.status = 'paying'
        ) as r
      ) as u
      where n.variant_id = p_variant_id and n.source = p_source
    ) as h);
end;
$$;
comment on function private.live_units_of_source(uuid, text, timestamptz) is
  'Live units of a variant held from a source; exact where the caller holds the level''s lock. Its cost follows the holders of that source, of whom max_units_per_address bounds the live ones and forget_idle_holders the others.';

create function private.forget_idle_holders(p_variant_id uuid, p_source text, p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  c_kept constant integer := 50;
  v_idle uuid[];
begin
  if (select count(*) from public.source_holders as n where n.variant_id = p_variant_id and n.source = p_source) <= c_kept then
    return;
  end if;
  select array_agg(n.shopper_id) into v_idle
  from public.source_holders as n
  left join public.shoppers as s on s.id = n.shopper_id
  where n.variant_id = p_variant_id and n.source = p_source
    and not exists (
      select 1 from public.reservations as a
      where a.shopper_id = coalesce(s.merged_into, n.shopper_id) and a.variant_id = p_variant_id
        and a.status = 'active' and a.expires_at > p_now)
    and not exists (
      select 1 from public.reservations as a
      where a.shopper_id = coalesce(s.merged_into, n.shopper_id) and a.variant_id = p_variant_id
        and a.status = 'paying');
  -- A bot that changes its identity would leave a row for each: so many that counting them costs something go.
  if cardinality(v_idle) > c_kept then
    delete from public.source_holders as n
    where n.variant_id = p_variant_id and n.source = p_source and n.shopper_id = any (v_idle);
  end if;
end;
$$;
comment on function private.forget_idle_holders(uuid, text, timestamptz) is
  'Removes the holders of a source who hold nothing, once they are more than 50. The caller holds the level''s lock: without it somebody who holds again right now would be forgotten, and whoever waits for the level would keep rows that its owner wants.';

create function private.share_of_source(p_variant_id uuid, p_settings public.store_settings)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_settings.max_share_per_address_percent = 100 then
    return 1000000;
  end if;
  return (
    select least(p_settings.max_units_per_address, greatest(
      p_settings.min_units_per_address,
      coalesce(sum(greatest(s.on_hand - s.safety_stock, 0)), 0) * p_settings.max_share_per_address_percent / 100))
    from public.stock_levels as s where s.variant_id = p_variant_id)::integer;
end;
$$;
comment on function private.share_of_source(uuid, public.store_settings) is
  'Units of a variant that one source may hold: max_share_per_address_percent of what can be held of it at all, over all locations, but at least min_units_per_address and at most max_units_per_address.';
