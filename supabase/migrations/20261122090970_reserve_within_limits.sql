-- Taking holds for those whom no limit refuses.

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
    -- Where they come from has been looked at: without it they may be plain enough for the shortcut.
    select jsonb_agg(r.request - 'source' order by r.ord) into v_rest
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
