-- Who must wait because holds came to nothing, and how a batch is looked at for it.

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
