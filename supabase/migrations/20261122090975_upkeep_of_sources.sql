-- What is noted of sources follows sign-ins, and goes once it says nothing any more.

create function private.note_sources_of_merged()
returns trigger
language plpgsql
volatile
security definer -- writes what no role may write itself
set search_path = ''
as $$
begin
  insert into public.source_holders as h (variant_id, source, shopper_id, noted_at)
  select n.variant_id, n.source, new.merged_into, n.noted_at
  from public.source_holders as n where n.shopper_id = new.id
  order by n.variant_id, n.source
  on conflict (variant_id, source, shopper_id) do update set noted_at = greatest(h.noted_at, excluded.noted_at);
  return null;
end;
$$;
comment on function private.note_sources_of_merged() is
  'What a guest took from somewhere was taken from there also when it is the user''s: it counts for that source once the guest is a guest again, and when the user asks for more. The transfer holds the locks of the levels of what is held.';
create trigger shoppers_note_sources_of_merged after update of merged_into on public.shoppers
  for each row when (new.merged_into is not null and new.merged_into is distinct from old.merged_into)
  execute function private.note_sources_of_merged();

create function public.prune_sources(p_limit integer default 10000)
returns jsonb
language plpgsql
volatile
security definer -- deletes what no role may delete itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_requests integer;
  v_holders integer;
begin
  if p_limit is null or p_limit not between 1 and 100000 then
    perform private.raise_invalid_request('p_limit is 1 to 100000 rows');
  end if;
  delete from public.source_requests as r
  where (r.source, r.shard) in (
    select o.source, o.shard from public.source_requests as o where o.minute < v_now - interval '2 minutes'
    order by o.source, o.shard limit p_limit for update skip locked);
  get diagnostics v_requests = row_count;
  delete from public.source_holders as h
  where (h.variant_id, h.source, h.shopper_id) in (
    select o.variant_id, o.source, o.shopper_id from public.source_holders as o
    left join public.shoppers as s on s.id = o.shopper_id
    where o.noted_at < v_now - interval '5 minutes'
      and not exists (
        select 1 from public.reservations as r
        where r.shopper_id = coalesce(s.merged_into, o.shopper_id) and r.variant_id = o.variant_id
          and r.status = 'active')
      and not exists (
        select 1 from public.reservations as r
        where r.shopper_id = coalesce(s.merged_into, o.shopper_id) and r.variant_id = o.variant_id
          and r.status = 'paying')
    order by o.variant_id, o.source, o.shopper_id limit p_limit for update of o skip locked);
  get diagnostics v_holders = row_count;
  return jsonb_build_object('serverNow', v_now, 'requests', v_requests, 'holders', v_holders,
                            'more', v_requests >= p_limit or v_holders >= p_limit);
end;
$$;
comment on function public.prune_sources(integer) is
  'Removes what is kept of sources once it says nothing any more: counts of past minutes, and holders who hold nothing. At most p_limit rows of each. Answers {serverNow, requests, holders: rows, more: call again}. Locks the rows that it deletes, sorted, and skips what somebody works on. Safe to repeat. Raises HF001 for a limit outside 1..100000.';

create function public.get_hold_pause(p_shopper_id uuid)
returns jsonb
language plpgsql
stable
security definer -- reads one shopper's count for a caller that has established who it is
set search_path = ''
as $$
declare
  v_now timestamptz := statement_timestamp();
  v_until timestamptz;
begin
  select s.minute_began_at + interval '1 minute' into v_until
  from public.shoppers as s where s.id = private.acting_shopper(p_shopper_id);
  return jsonb_build_object('serverNow', v_now, 'retryAfterSeconds',
    case when v_until > v_now then ceil(extract(epoch from v_until - v_now))::integer else 1 end);
end;
$$;
comment on function public.get_hold_pause(uuid) is
  'How long until a shopper who reached max_holds_per_minute may make new holds: {serverNow, retryAfterSeconds: 1 to 60}. Locks nothing.';
