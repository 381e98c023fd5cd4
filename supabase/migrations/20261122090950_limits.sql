-- Limits against hoarding: a cool-down for holds that never convert, and a rate and a largest share per source.
--
-- A source is where requests come from, as the server says it in a request's `source`: a keyed hash of a network
-- address, never the address. A request without one costs nothing here and is limited by its shopper alone.

alter table public.store_settings
  add column max_unconverted_holds integer not null default 5 check (max_unconverted_holds > 0),
  add column unconverted_window_seconds integer not null default 7200 check (unconverted_window_seconds > 0),
  add column cool_down_seconds integer not null default 900 check (cool_down_seconds >= 0),
  add column max_share_per_address_percent integer not null default 25
    check (max_share_per_address_percent between 1 and 100),
  add column min_units_per_address integer not null default 3 check (min_units_per_address > 0),
  add column max_units_per_address integer not null default 1000 check (max_units_per_address > 0),
  add column max_requests_per_address integer not null default 600 check (max_requests_per_address > 0);
comment on column public.store_settings.max_unconverted_holds is
  'So many holds of one variant may a shopper let go without buying, within unconverted_window_seconds, before the next has to wait.';
comment on column public.store_settings.unconverted_window_seconds is
  'How far back holds that came to nothing are counted, in seconds.';
comment on column public.store_settings.cool_down_seconds is
  'How long after the last of them the next hold has to wait, in seconds; 0: no cool-down.';
comment on column public.store_settings.max_share_per_address_percent is
  'Of the units of a variant that can be held at all, the share that one address may hold, in percent; 100: no limit.';
comment on column public.store_settings.min_units_per_address is
  'Units of a variant that one address may hold in any case, however small its share: many people may share an address.';
comment on column public.store_settings.max_units_per_address is
  'Units of a variant that one address may hold at most, however large its share. Bounds what counting them costs.';
comment on column public.store_settings.max_requests_per_address is
  'Requests for holds per minute from one address.';

create table public.source_holders (
  variant_id uuid not null,
  source text not null check (source <> ''),
  shopper_id uuid not null,
  noted_at timestamptz not null,
  primary key (variant_id, source, shopper_id)
);
create index source_holders_shopper_id_idx on public.source_holders (shopper_id, variant_id);
create index source_holders_noted_at_idx on public.source_holders (noted_at);
comment on table public.source_holders is
  'Who holds a variant from which source: what a source''s share is counted by. Whether they hold it still, the holds say. Rows that say nothing any more are removed when they are met, and by prune_sources.';
comment on column public.source_holders.source is 'A keyed hash of a network address; never the address itself.';
comment on column public.source_holders.noted_at is 'When the shopper last took units from there.';

create table public.source_requests (
  source text not null check (source <> ''),
  shard smallint not null,
  minute timestamptz not null,
  requests integer not null check (requests > 0),
  primary key (source, shard)
) with (fillfactor = 50);
create index source_requests_minute_idx on public.source_requests (minute);
comment on table public.source_requests is
  'Requests for holds per source in the minute that each row names. Sharded, so that counting is no hot row where many share an address.';
comment on column public.source_requests.source is 'A keyed hash of a network address; never the address itself.';
comment on column public.source_requests.shard is 'Backend process id modulo 8. Sum over it.';
comment on column public.source_requests.minute is 'The minute that is counted, by its beginning; another one counts as none.';
comment on column public.source_requests.requests is 'Requests that were let through in that minute.';

alter table public.source_holders enable row level security;
alter table public.source_requests enable row level security;
grant select on public.source_holders, public.source_requests to service_role;

create function private.has_sources(p_requests jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return p_requests @? '$[*].source';
end;
$$;
comment on function private.has_sources(jsonb) is 'Whether a request of the batch says where it comes from.';

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

create function private.cool_down_ends_at(
  p_shopper_id uuid, p_variant_id uuid, p_settings public.store_settings, p_now timestamptz)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
  v_since timestamptz := p_now - make_interval(secs => p_settings.unconverted_window_seconds);
  v_count integer;
  v_last timestamptz;
begin
  select greatest(v_since, max(r.ended_at)) into v_since from public.reservations as r
  where r.shopper_id = p_shopper_id and r.variant_id = p_variant_id and r.status = 'confirmed'
    and r.status in ('released', 'confirmed');
  select count(*), max(u.ended_at) into v_count, v_last
  from (
    select r.expires_at as ended_at from public.reservations as r
    where r.shopper_id = p_shopper_id and r.variant_id = p_variant_id and r.status = 'expired'
      and r.expires_at > v_since
    union all
    select r.expires_at from public.reservations as r
    where r.shopper_id = p_shopper_id and r.variant_id = p_variant_id and r.status = 'active'
      and r.expires_at > v_since and r.expires_at <= p_now
    union all
    -- Given back at the last moment is as good as expired; given back soon harms nobody.
    select r.ended_at from public.reservations as r
    where r.shopper_id = p_shopper_id and r.variant_id = p_variant_id and r.status = 'released'
      and r.status in ('released', 'confirmed') and not r.is_withdrawn and r.ended_at > v_since
      and r.ended_at - r.created_at >= make_interval(secs => r.duration_seconds / 2.0)
  ) as u;
  if v_count < p_settings.max_unconverted_holds then
    return null;
  end if;
  return nullif(greatest(v_last + make_interval(secs => p_settings.cool_down_seconds), p_now), p_now);
end;
$$;
comment on function private.cool_down_ends_at(uuid, uuid, public.store_settings, timestamptz) is
  'Until when a shopper who let max_unconverted_holds holds of this variant come to nothing has to wait with the next; null: not at all. Counted: holds that expired, swept or not, or were given back after half of their turn, since the last that was bought. The caller holds the shopper''s lock.';

create function private.lines_of_requests(p_requests jsonb)
returns table (ord integer, shopper_id uuid, is_known boolean, source text, variant_id uuid, quantity integer,
               is_set boolean)
language plpgsql
stable
set search_path = ''
as $$
begin
  if exists (select 1 from jsonb_array_elements(p_requests) as r (request)
             where r.request -> 'source' is not null
               and (jsonb_typeof(r.request -> 'source') <> 'string'
                    or length(r.request ->> 'source') not between 1 and 64)) then
    perform private.raise_invalid_request('source is a text of 1 to 64 characters, or left out');
  end if;
  return query
  select r.ord::integer, case when private.merge_holds(s.merged_at) then s.merged_into else r.shopper_id end,
         s.id is not null, r.source, l.variant_id, least(sum(l.quantity), 1000000)::integer,
         coalesce(r.quantity_mode, 'add') = 'set'
  from rows from (jsonb_to_recordset(p_requests)
         as ("shopperId" uuid, "source" text, "quantityMode" text, "lines" jsonb))
       with ordinality as r (shopper_id, source, quantity_mode, lines, ord)
  left join public.shoppers as s on s.id = r.shopper_id
  cross join lateral rows from (jsonb_to_recordset(r.lines) as ("variantId" uuid, "quantity" bigint))
    as l (variant_id, quantity)
  group by r.ord, r.shopper_id, s.id, r.source, r.quantity_mode, l.variant_id;
end;
$$;
comment on function private.lines_of_requests(jsonb) is
  'The lines of a checked batch, with who acts, whether that shopper is known, and where the request comes from. Raises HF001 for a source that is no text of 1 to 64 characters.';

create function private.limit_reached(p_name text, p_value integer, p_until timestamptz, p_now timestamptz)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return jsonb_strip_nulls(jsonb_build_object(
    'name', p_name, 'value', p_value,
    'retryAfterSeconds', case when p_until is not null then
      greatest(ceil(extract(epoch from p_until - p_now)), 1)::integer end));
end;
$$;
comment on function private.limit_reached(text, integer, timestamptz, timestamptz) is
  'A limit as a refused line carries it; retryAfterSeconds where it ends by itself.';

create function private.cooling_requests(
  p_requests jsonb, p_skip jsonb, p_settings public.store_settings, p_now timestamptz, p_made_at timestamptz default null)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_limits jsonb;
begin
  if p_settings.cool_down_seconds = 0 then
    return null;
  end if;
  select jsonb_object_agg(c.ord, private.limit_reached(
           'max_unconverted_holds', p_settings.max_unconverted_holds, c.ends_at, p_now))
  into v_limits
  from (
    select l.ord, max(private.cool_down_ends_at(l.shopper_id, l.variant_id, p_settings, p_now)) as ends_at
    from private.lines_of_requests(p_requests) as l
    where l.is_known and not p_skip ? l.ord::text
      -- Whoever holds it already may change and keep it: only a new hold has to wait.
      and not exists (select 1 from public.reservations as r
                      where r.shopper_id = l.shopper_id and r.variant_id = l.variant_id and r.status = 'active'
                        and r.expires_at > p_now and r.created_at is distinct from p_made_at)
    group by l.ord
  ) as c
  where c.ends_at is not null;
  return v_limits;
end;
$$;
comment on function private.cooling_requests(jsonb, jsonb, public.store_settings, timestamptz, timestamptz) is
  'Requests that would make a new hold of something of which the shopper let too many come to nothing: {position: limit}, null where there are none. p_skip: positions that do not matter. p_made_at: holds of that instant are the ones in question.';

create function private.source_limits_ahead(
  p_requests jsonb, p_skip jsonb, p_settings public.store_settings, p_now timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_limits jsonb := '{}';
  v_requests_left integer[];
  v_units_left integer[];
  v_share integer[];
  v_limit jsonb;
  v_line record;
  v_ord integer := 0;
begin
  select private.requests_left_of_sources(array_agg(s.source order by s.source), p_settings.max_requests_per_address, p_now)
  into v_requests_left
  from (select distinct l.source from private.lines_of_requests(p_requests) as l
        where l.source is not null and not p_skip ? l.ord::text) as s;

  for v_line in
    select l.*, dense_rank() over (order by l.source) as nth_source,
           dense_rank() over (order by l.variant_id) as nth_variant,
           dense_rank() over (order by l.source, l.variant_id) as nth_pair,
           exists (select 1 from public.source_holders as h
                   where h.variant_id = l.variant_id and h.source = l.source) as is_holder,
           case when l.is_set and l.is_known then coalesce((
             select sum(r.quantity) from public.reservations as r
             where r.shopper_id = l.shopper_id and r.variant_id = l.variant_id and r.status = 'active'
               and r.expires_at > p_now), 0) else 0 end as held,
           -- What a line adds that sets a quantity after others of this batch is known once they are decided.
           l.is_set and count(*) over (partition by l.shopper_id, l.variant_id) > 1 as is_open
    from private.lines_of_requests(p_requests) as l
    where l.source is not null and not p_skip ? l.ord::text
    order by l.ord
  loop
    continue when v_limits ? v_line.ord::text;
    if v_line.ord > v_ord then
      v_ord := v_line.ord;
      v_requests_left[v_line.nth_source] := v_requests_left[v_line.nth_source] - 1;
    end if;
    v_share[v_line.nth_variant] := coalesce(
      v_share[v_line.nth_variant], private.share_of_source(v_line.variant_id, p_settings));
    v_units_left[v_line.nth_pair] := coalesce(v_units_left[v_line.nth_pair], v_share[v_line.nth_variant]
      - case when v_line.is_holder
             then private.live_units_of_source(v_line.variant_id, v_line.source, p_now) else 0 end);
    v_limit := case
      when v_requests_left[v_line.nth_source] < 0 then private.limit_reached(
        'max_requests_per_address', p_settings.max_requests_per_address,
        date_trunc('minute', p_now) + interval '1 minute', p_now)
      when not v_line.is_open
        and v_line.quantity - v_line.held > greatest(v_units_left[v_line.nth_pair], 0) then private.limit_reached('max_units_per_address', v_share[v_line.nth_variant], null, p_now) end;
    if v_limit is null then
      v_units_left[v_line.nth_pair] := v_units_left[v_line.nth_pair]
        - case when v_line.is_open then 0 else greatest(v_line.quantity - v_line.held, 0) end;
    else
      v_limits := v_limits || jsonb_build_object(v_line.ord, v_limit);
    end if;
  end loop;
  return nullif(v_limits, '{}');
end;
$$;
comment on function private.source_limits_ahead(jsonb, jsonb, public.store_settings, timestamptz) is
  'Requests that their source''s rate or share refuses, as far as a look without locks can say, in order of arrival: {position: limit}, null where there are none. A crowd from one address is refused here, without a lock.';

create function private.requests_for_no_more(p_requests jsonb, p_now timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((
    select jsonb_object_agg(g.ord, true)
    from (
      select l.ord from private.lines_of_requests(p_requests) as l
      where l.source is not null
      group by l.ord
      having bool_and(l.is_set and l.is_known and l.quantity <= (
        select coalesce(sum(r.quantity), 0) from public.reservations as r
        where r.shopper_id = l.shopper_id and r.variant_id = l.variant_id and r.status = 'active'
          and r.expires_at > p_now))
    ) as g), '{}');
end;
$$;
comment on function private.requests_for_no_more(jsonb, timestamptz) is
  'Requests that ask for no more than their shopper holds: {position: true}. No limit refuses them, also where the share became smaller than what is held.';

create function private.note_sources(p_requests jsonb, p_skip jsonb, p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.source_holders as h (variant_id, source, shopper_id, noted_at)
  select distinct l.variant_id, l.source, l.shopper_id, p_now
  from private.lines_of_requests(p_requests) as l
  where l.source is not null and not p_skip ? l.ord::text
  order by l.variant_id, l.source, l.shopper_id
  on conflict (variant_id, source, shopper_id) do update set noted_at = excluded.noted_at;
end;
$$;
comment on function private.note_sources(jsonb, jsonb, timestamptz) is
  'Notes where those who just took units took them from. The caller holds the levels'' locks.';

create function private.source_limits_behind(
  p_requests jsonb, p_skip jsonb, p_settings public.store_settings, p_now timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_limits jsonb := '{}';
  v_over integer[];
  v_line record;
begin
  perform private.forget_idle_holders(p.variant_id, p.source, p_now)
  from (select distinct d.variant_id, d.source from private.lines_of_requests(p_requests) as d
        where d.source is not null and not p_skip ? d.ord::text) as p;
  for v_line in
    select l.*, o.units, o.share, dense_rank() over (order by l.source, l.variant_id) as nth_pair
    from private.lines_of_requests(p_requests) as l
    join (
      select p.variant_id, p.source, private.share_of_source(p.variant_id, p_settings) as share,
             private.live_units_of_source(p.variant_id, p.source, p_now) as units
      from (select distinct d.variant_id, d.source from private.lines_of_requests(p_requests) as d
            where d.source is not null and not p_skip ? d.ord::text) as p
    ) as o on o.variant_id = l.variant_id and o.source = l.source
    where o.units > o.share and not p_skip ? l.ord::text
    -- Who came last goes first.
    order by l.ord desc
  loop
    v_over[v_line.nth_pair] := coalesce(v_over[v_line.nth_pair], v_line.units - v_line.share);
    continue when v_over[v_line.nth_pair] <= 0;
    v_over[v_line.nth_pair] := v_over[v_line.nth_pair] - v_line.quantity;
    v_limits := v_limits || jsonb_build_object(
      v_line.ord, private.limit_reached('max_units_per_address', v_line.share, null, p_now));
  end loop;
  return nullif(v_limits, '{}');
end;
$$;
comment on function private.source_limits_behind(jsonb, jsonb, public.store_settings, timestamptz) is
  'Requests that took more than their source''s share, once all that they took is written and noted: {position: limit}, null where there are none. Exact: the caller holds the locks of the levels. Forgets idle holders, where they are many.';

create function private.refused_by_limits(p_requests jsonb, p_limits jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select jsonb_object_agg(r.ord, jsonb_build_object('outcome', 'limit_reached', 'lines', (
             select jsonb_agg(jsonb_build_object(
               'variantId', l.line -> 'variantId', 'outcome', 'limit_reached', 'requested', l.line -> 'quantity',
               'available', 0, 'shortfall', l.line -> 'quantity', 'limit', p_limits -> r.ord::text,
               'nextReleaseAt', null) order by l.ord)
             from jsonb_array_elements(r.request -> 'lines') with ordinality as l (line, ord))))
    from jsonb_array_elements(p_requests) with ordinality as r (request, ord)
    where p_limits ? r.ord::text);
end;
$$;
comment on function private.refused_by_limits(jsonb, jsonb) is
  'The answers of requests that a limit refuses, as reserve_stock gives them, by position: every line of such a request is refused.';

create function private.count_limited(p_requests jsonb, p_limits jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_variants uuid[];
  v_units integer[];
begin
  select array_agg(l.variant_id), array_agg(l.quantity) into v_variants, v_units
  from private.lines_of_requests(p_requests) as l where p_limits ? l.ord::text;
  if v_variants is not null then
    perform private.count_refusals(v_variants, array_fill('limit_reached'::text, array[cardinality(v_variants)]), v_units);
  end if;
end;
$$;
comment on function private.count_limited(jsonb, jsonb) is 'Counts what limits refused, with all other refusals.';

create function private.reserve_within_limits(p_requests jsonb, p_now timestamptz default null)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_settings public.store_settings;
  v_has_sources boolean := private.has_sources(p_requests);
  v_is_keyed boolean := jsonb_path_exists(p_requests, '$[*].idempotencyKey');
  v_now timestamptz := coalesce(p_now, clock_timestamp());
  v_limits jsonb;
  v_over jsonb;
  v_skip jsonb;
  v_no_more jsonb := '{}';
  v_known jsonb;
  v_shoppers private.shopper_arrays;
  v_rest jsonb;
  v_answer jsonb;
  v_refused jsonb;
begin
  perform private.check_reserve_requests(p_requests);
  select * into strict v_settings from public.store_settings;
  -- Who asks again takes nothing: no limit refuses them, also where they took the whole share and never heard of it.
  v_known := case when v_is_keyed then coalesce(private.known_requests(p_requests), '{}') else '{}' end;
  v_limits := coalesce(private.cooling_requests(p_requests, v_known, v_settings, v_now), '{}');
  if v_has_sources then
    v_no_more := private.requests_for_no_more(p_requests, v_now);
    v_limits := v_limits || coalesce(
      private.source_limits_ahead(p_requests, v_known || v_limits, v_settings, v_now), '{}');
  end if;
  if v_is_keyed and v_limits <> '{}' then
    -- Asked again: what took the share a moment ago may have been this very request.
    v_known := coalesce(private.known_requests(p_requests), '{}');
    v_limits := v_limits - array(select jsonb_object_keys(v_known));
  end if;

  loop
    select jsonb_agg(r.request order by r.ord) into v_rest
    from jsonb_array_elements(p_requests) with ordinality as r (request, ord)
    where not v_limits ? r.ord::text;
    exit when v_rest is null;
    begin
      if v_no_more <> '{}' then
        -- What they hold may have been given back meanwhile, and taken by others of their source: looked at again
        -- under the locks that private.reserve takes. Null: somebody signs in, and nobody is excepted.
        v_shoppers := private.lock_shoppers(array(
          select distinct private.acting_shopper((r.request ->> 'shopperId')::uuid)
          from jsonb_array_elements(v_rest) as r (request)));
        if v_shoppers is null then
          v_no_more := '{}';
        else
          perform private.lock_levels(array(
            select distinct (l.line ->> 'variantId')::uuid
            from jsonb_array_elements(v_rest) as r (request), jsonb_array_elements(r.request -> 'lines') as l (line)));
          v_no_more := private.requests_for_no_more(p_requests, clock_timestamp());
        end if;
      end if;
      v_answer := coalesce(case when p_now is null and v_has_sources then private.reserve_at_once(v_rest)::jsonb end,
                           private.reserve(v_rest, p_now));
      v_now := (v_answer ->> 'serverNow')::timestamptz;
      -- Only those who took units can have taken too many.
      select v_known || v_limits || coalesce(jsonb_object_agg(r.ord, true) filter (where r.outcome not in ('held', 'partial')), '{}')
      into v_skip
      from (select o.ord, v_answer #>> array['answers', (row_number() over (order by o.ord) - 1)::text, 'outcome'] as outcome
            from jsonb_array_elements(p_requests) with ordinality as o (request, ord)
            where not v_limits ? o.ord::text) as r;
      v_over := private.cooling_requests(p_requests, v_skip, v_settings, v_now, v_now);
      if v_has_sources then
        perform private.note_sources(p_requests, v_skip, v_now);
        v_over := coalesce(
          v_over, private.source_limits_behind(p_requests, v_skip || v_no_more, v_settings, v_now));
      end if;
      exit when v_over is null;
      raise exception 'all_or_nothing' using errcode = 'HF009';
    exception when sqlstate 'HF009' then
      -- What was taken goes back as if it never was; the others try again without those who took too much.
      v_limits := v_limits || v_over;
      v_answer := null;
    end;
  end loop;

  if v_has_sources then
    perform private.count_source_requests(array(
      select r.request ->> 'source' from jsonb_array_elements(p_requests) with ordinality as r (request, ord)
      where not v_limits ? r.ord::text), v_now);
  end if;
  if v_limits = '{}' then
    return v_answer;
  end if;
  perform private.count_limited(p_requests, v_limits);
  v_refused := private.refused_by_limits(p_requests, v_limits);
  return jsonb_build_object('serverNow', v_now, 'answers', (
    select jsonb_agg(coalesce(
             v_refused -> r.ord::text,
             v_answer #> array['answers', (r.nth - 1)::text]) order by r.ord)
    from (select o.ord, count(*) filter (where not v_limits ? o.ord::text) over (order by o.ord) as nth
          from jsonb_array_elements(p_requests) with ordinality as o (request, ord)) as r));
end;
$$;
comment on function private.reserve_within_limits(jsonb, timestamptz) is
  'private.reserve, and the shortcut before it, for those whom no cool-down and no limit of their source refuses; answers alike, with limit {name: max_unconverted_holds | max_requests_per_address | max_units_per_address, value, retryAfterSeconds?}. Refuses from a look without locks where that is enough, and looks again under the locks of what was taken: whoever took too much is undone, and the others try again. Where no request has a source, only the cool-down is looked at. p_now as for private.reserve.';

create function private.with_known_sources(p_requests jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_agg(case when k.source is null or r.request ? 'source' then r.request
                          else r.request || jsonb_build_object('source', k.source) end order by r.ord)
    from jsonb_array_elements(p_requests) with ordinality as r (request, ord)
    left join lateral (
      select h.source from public.source_holders as h
      where h.shopper_id = (r.request ->> 'shopperId')::uuid
        and h.variant_id = (r.request #>> '{lines,0,variantId}')::uuid
      order by h.noted_at desc limit 1
    ) as k on true);
end;
$$;
comment on function private.with_known_sources(jsonb) is
  'The same requests, each with the source from which its shopper last took the variant of its first line: for changes that carry none themselves. A hold that grows or is taken again counts toward the share of where it came from.';

create function private.reserve_from_known_sources(p_requests jsonb, p_now timestamptz default null)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
  return private.reserve_within_limits(private.with_known_sources(p_requests), p_now);
end;
$$;
comment on function private.reserve_from_known_sources(jsonb, timestamptz) is
  'private.reserve_within_limits for changes that carry no source: see private.with_known_sources.';

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
