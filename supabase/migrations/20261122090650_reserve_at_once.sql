-- The common case in few statements: strangers who want one thing each, and there is enough for all of them.

create function private.reserve_at_once(p_requests jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_now timestamptz;
  v_answers jsonb;
  v_made integer;
  q record; -- the requests
  l record; -- their stock levels
begin
  if jsonb_typeof(p_requests) is distinct from 'array' or jsonb_array_length(p_requests) not between 1 and 256 then
    return null;
  end if;
  -- What is not quite plain, or not even well formed, is for private.reserve to decide or to refuse.
  select array_agg(r.shopper::uuid order by r.ord) as shoppers, array_agg(r.variant::uuid order by r.ord) as variants,
         array_agg(r.quantity::integer order by r.ord) as quantities, array_agg(gen_random_uuid()) as ids,
         count(*) as requests, count(distinct r.shopper) as different_shoppers,
         count(distinct r.variant) as different_variants, max(r.quantity::integer) as largest,
         -- An empty shelf is not worth a lock: private.reserve refuses without.
         bool_and(exists (select 1 from public.stock_levels as s
                          where s.variant_id = r.variant::uuid
                            and s.on_hand - s.safety_stock - s.reserved >= r.quantity::integer)) as may_be_enough,
         count(r.quantity) = count(*) as are_plain
  into q
  from (
    select i.ord, p.shopper, p.variant, p.quantity
    from jsonb_array_elements(p_requests) with ordinality as i (request, ord)
    left join lateral (
      select i.request ->> 'shopperId' as shopper, i.request #>> '{lines,0,variantId}' as variant,
             i.request #>> '{lines,0,quantity}' as quantity
      where jsonb_typeof(i.request -> 'lines') = 'array'
        and i.request - 'shopperId' - 'lines' = '{}'
        and (i.request #> '{lines,0}') - 'variantId' - 'quantity' = '{}'
        and i.request #> '{lines,1}' is null
        and i.request ->> 'shopperId' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        and i.request #>> '{lines,0,variantId}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        and jsonb_typeof(i.request #> '{lines,0,quantity}') = 'number'
        and i.request #>> '{lines,0,quantity}' ~ '^[1-9][0-9]{0,5}$'
    ) as p on true
  ) as r;
  if not coalesce(q.are_plain and q.may_be_enough, false) or q.different_shoppers < q.requests then
    return null;
  end if;

  -- The lock order of private.reserve: shoppers, then levels, each sorted.
  insert into public.shoppers (id) select s.id from unnest(q.shoppers) as s (id) order by s.id
  on conflict (id) do nothing;
  get diagnostics v_made = row_count;
  if v_made < q.requests and ('vip' <> all (private.lock_shoppers(q.shoppers))) is not true then
    return null; -- before any level is locked: for whom to act may have to be asked, and locked, again
  end if;

  -- Nobody's holds grow without the shopper's lock, so what this snapshot does not see is not there. The levels'
  -- own rows are read in their newest version, since locking a row reads it again.
  select array_agg(s.variant_id) as variants, array_agg(s.location_id) as locations,
         array_agg(s.seconds) as seconds, array_agg(s.turns) as turns, count(*) as levels,
         count(distinct s.variant_id) as variants_there,
         bool_and(s.is_published and s.free >= d.units) and max(s.most) >= q.largest as is_enough
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
    where v.variant_id = any (q.variants)
      and not exists (select 1 from public.reservations as r where r.shopper_id = any (q.shoppers) and r.status = 'active')
      and not exists (select 1 from public.reservations as r where r.shopper_id = any (q.shoppers) and r.status = 'paying')
    order by v.variant_id, v.location_id
    for no key update of v
  ) as s
  join (select u.variant_id, sum(u.quantity) as units from unnest(q.variants, q.quantities) as u (variant_id, quantity)
        group by u.variant_id) as d on d.variant_id = s.variant_id;
  if not coalesce(l.is_enough, false) or l.levels <> q.different_variants
     or l.variants_there <> q.different_variants then
    return null;
  end if;

  v_now := clock_timestamp();
  with made as (
    insert into public.reservations
      (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at,
       max_expires_at)
    select w.id, w.shopper_id, w.variant_id, v.location_id, w.quantity, 'active', v.seconds, v_now,
           v_now + make_interval(secs => v.seconds), v_now + make_interval(secs => v.seconds * v.turns)
    from unnest(q.ids, q.shoppers, q.variants, q.quantities) as w (id, shopper_id, variant_id, quantity)
    join unnest(l.variants, l.locations, l.seconds, l.turns) as v (variant_id, location_id, seconds, turns)
      on v.variant_id = w.variant_id
    returning *
  )
  select jsonb_agg(jsonb_build_object('outcome', 'held', 'lines', jsonb_build_array(jsonb_build_object(
           'variantId', m.variant_id, 'outcome', 'held', 'requested', m.quantity, 'replacesId', null,
           'reservation', jsonb_build_object(
             'reservationId', m.id, 'variantId', m.variant_id, 'locationId', m.location_id, 'quantity', m.quantity,
             'status', m.status, 'heldAt', m.created_at, 'durationSeconds', m.duration_seconds,
             'expiresAt', m.expires_at, 'maxExpiresAt', m.max_expires_at)))) order by o.ord)
  into v_answers
  from made as m join unnest(q.ids) with ordinality as o (id, ord) on o.id = m.id;
  return jsonb_build_object('serverNow', v_now, 'answers', v_answers);
end;
$$;
comment on function private.reserve_at_once(jsonb) is
  'Holds everything that a batch asks for, where that needs no thought: one plain line for each of different shoppers, who hold nothing and have no tier; one location; enough free for all; no cap near. Answers as private.reserve, or null where any of this is not so: then nothing is held yet, though shoppers and levels may be locked, and private.reserve decides. A test shows that both answer the same.';
