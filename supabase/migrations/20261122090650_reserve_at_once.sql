-- The common case in few statements: strangers who want one thing each, and there is enough for all of them.
-- docs/adr/0008 says why there is a shortcut, and what shows that it is nothing more.

create type private.plain_batch as (
  shoppers uuid[],
  variants uuid[],
  quantities integer[],
  ids uuid[],
  requests integer,
  different_variants integer,
  largest integer,
  is_plain boolean
);
comment on type private.plain_batch is
  'A batch of one plain line each, as parallel arrays in order of arrival, with the ids that their holds are to have; is_plain: whether it is one, and there seemed to be enough when it was read.';

create function private.parse_plain_requests(p_requests jsonb)
returns private.plain_batch
language plpgsql
volatile
set search_path = ''
as $$
declare
  b private.plain_batch;
begin
  select array_agg(r.shopper_id order by r.ord), array_agg(r.variant_id order by r.ord),
         array_agg(r.quantity order by r.ord), array_agg(gen_random_uuid()), count(*),
         count(distinct r.variant_id), max(r.quantity),
         -- A variant at several locations is in here several times, and so is not plain.
         count(*) = jsonb_array_length(p_requests) and count(distinct r.shopper_id) = count(*)
           and bool_and(coalesce(r.is_plain and r.quantity between 1 and 999999, false))
           -- An empty shelf is not worth a lock: private.reserve refuses without.
           and bool_and(s.on_hand - s.safety_stock - s.reserved >= r.quantity)
  into b
  from (
    select i.shopper_id, i.ord, (i.lines -> 0 ->> 'variantId')::uuid as variant_id,
           (i.lines -> 0 ->> 'quantity')::integer as quantity,
           i.mode is null and i.quantity_mode is null and jsonb_array_length(i.lines) = 1
             and jsonb_typeof(i.lines -> 0 -> 'quantity') = 'number'
             and i.lines -> 0 -> 'reservationId' is null as is_plain
    from rows from (jsonb_to_recordset(p_requests)
           as ("shopperId" uuid, "mode" jsonb, "quantityMode" jsonb, "lines" jsonb))
         with ordinality as i (shopper_id, mode, quantity_mode, lines, ord)
  ) as r
  join public.stock_levels as s on s.variant_id = r.variant_id
  where r.shopper_id is not null;
  return b;
exception when data_exception then
  return null; -- malformed: private.reserve says how
end;
$$;
comment on function private.parse_plain_requests(jsonb) is
  'Reads a batch that may be malformed in any way. Whatever is not quite plain makes is_plain false or null.';

create function private.reserve_at_once(p_requests jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  b private.plain_batch := private.parse_plain_requests(p_requests);
  l record; -- the stock levels
  v_now timestamptz;
  v_came_at timestamptz := clock_timestamp();
  v_made integer;
  v_answers jsonb;
begin
  if b.is_plain is not true or b.requests > 256 then
    return null;
  end if;

  -- The lock order of private.reserve: shoppers, then levels, each sorted.
  insert into public.shoppers (id, minute_began_at, holds_in_minute)
  select s.id, v_came_at, 1 from unnest(b.shoppers) as s (id) order by s.id
  on conflict (id) do nothing;
  get diagnostics v_made = row_count;
  if v_made < b.requests then
    -- One of them is known. Whoever is refused leaves no row, and a hold that is not made is not counted.
    delete from public.shoppers as s where s.id = any (b.shoppers) and s.minute_began_at = v_came_at;
    return null;
  end if;

  -- Nobody's holds grow without the shopper's lock, so what this snapshot does not see is not there. The levels'
  -- own rows are read in their newest version, since locking a row reads it again.
  select array_agg(s.variant_id) as variants, array_agg(s.location_id) as locations,
         array_agg(s.seconds) as seconds, array_agg(s.turns) as turns, count(*) as levels,
         count(distinct s.variant_id) as variants_there,
         bool_and(s.is_published and s.free >= d.units) and max(s.most) >= b.largest as is_enough
  into l
  from (
    select v.variant_id, v.location_id, v.on_hand - v.safety_stock - v.reserved as free,
           p.id is not null as is_published,
           coalesce(p.hold_seconds, t.hold_seconds) as seconds, t.max_hold_turns as turns,
           least(t.max_units_per_line, t.max_units_per_variant, t.max_units_per_shopper) as most
    from public.stock_levels as v
    join public.variants as va on va.id = v.variant_id
    -- Left: private.reserve locks the levels of what is not published too, and in this order.
    left join public.products as p on p.id = va.product_id and p.published_at <= statement_timestamp()
    cross join public.store_settings as t
    where v.variant_id = any (b.variants)
    order by v.variant_id, v.location_id
    for no key update of v
  ) as s
  join (select u.variant_id, sum(u.quantity) as units from unnest(b.variants, b.quantities) as u (variant_id, quantity)
        group by u.variant_id) as d on d.variant_id = s.variant_id;
  if not coalesce(l.is_enough, false) or l.levels <> b.different_variants or l.variants_there <> b.different_variants
     or exists (select 1 from public.reservations as r where r.shopper_id = any (b.shoppers) and r.status = 'active')
     or exists (select 1 from public.reservations as r where r.shopper_id = any (b.shoppers) and r.status = 'paying') then
    delete from public.shoppers as s where s.id = any (b.shoppers) and s.minute_began_at = v_came_at;
    return null;
  end if;

  v_now := clock_timestamp();
  with level as materialized (
    -- What the holds of one level have in common is written once.
    select v.variant_id, v.location_id, v.seconds, v_now + make_interval(secs => v.seconds) as expires_at,
           v_now + make_interval(secs => v.seconds * v.turns) as max_expires_at,
           private.hold_as_json(null, v.variant_id, v.location_id, null, 'active', v_now, v.seconds,
                                v_now + make_interval(secs => v.seconds),
                                v_now + make_interval(secs => v.seconds * v.turns)) as shared
    from unnest(l.variants, l.locations, l.seconds, l.turns) as v (variant_id, location_id, seconds, turns)
  ), wanted as materialized (
    select w.*, v.location_id, v.seconds, v.expires_at, v.max_expires_at, v.shared
    from unnest(b.ids, b.shoppers, b.variants, b.quantities) with ordinality as w (id, shopper_id, variant_id, quantity, ord)
    join level as v on v.variant_id = w.variant_id
  ), made as (
    insert into public.reservations
      (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at,
       max_expires_at)
    select w.id, w.shopper_id, w.variant_id, w.location_id, w.quantity, 'active', w.seconds, v_now, w.expires_at,
           w.max_expires_at
    from wanted as w
  )
  select jsonb_agg(jsonb_build_object('outcome', 'held', 'lines', jsonb_build_array(jsonb_build_object(
           'variantId', w.variant_id, 'outcome', 'held', 'requested', w.quantity, 'replacesId', null,
           'reservation', w.shared || jsonb_build_object('reservationId', w.id, 'quantity', w.quantity))))
         order by w.ord)
  into v_answers
  from wanted as w;
  return jsonb_build_object('serverNow', v_now, 'answers', v_answers);
end;
$$;
comment on function private.reserve_at_once(jsonb) is
  'Holds everything that a batch asks for, where that needs no thought: one plain line for each of different shoppers, none of whom we know; one location; enough free for all; no cap near. Answers as private.reserve, or null where any of this is not so: then nothing is held and nobody is made, though levels may be locked, and private.reserve decides. A test shows that both answer the same.';
