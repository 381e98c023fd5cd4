-- Which requests of a batch their source's rate or share refuses: before the locks, and under them.

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
