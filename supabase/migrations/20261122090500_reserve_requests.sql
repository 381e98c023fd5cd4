-- The shape of a batch of requests, and how it is read.

create function private.check_reserve_requests(p_requests jsonb)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_requests) is distinct from 'array' or jsonb_array_length(p_requests) not between 1 and 256 then
    perform private.raise_invalid_request('p_requests is an array of 1 to 256 requests');
  end if;
  if exists (
    select 1 from jsonb_array_elements(p_requests) as r (request)
    where pg_input_is_valid(r.request ->> 'shopperId', 'uuid') is not true
       or coalesce(r.request ->> 'mode', 'all_or_nothing') not in ('all_or_nothing', 'partial')
       or coalesce(r.request ->> 'quantityMode', 'add') not in ('add', 'set')
       or jsonb_typeof(r.request -> 'lines') is distinct from 'array'
       or jsonb_array_length(r.request -> 'lines') not between 1 and 100
  ) then
    perform private.raise_invalid_request(
      'a request has shopperId (uuid), 1 to 100 lines, mode all_or_nothing or partial, quantityMode add or set');
  end if;
  if exists (
    select 1 from jsonb_array_elements(p_requests) as r (request)
    where r.request ?| '{idempotencyKey,bodyHash}'
      and not private.is_idempotency_key(r.request -> 'idempotencyKey', r.request -> 'bodyHash')
  ) then
    perform private.raise_invalid_request(
      'idempotencyKey has 1 to 255 visible ASCII characters, and with it comes bodyHash, a SHA-256 in hexadecimal');
  end if;
  if exists (
    select 1
    from jsonb_array_elements(p_requests) as r (request)
    cross join jsonb_array_elements(r.request -> 'lines') as l (line)
    where pg_input_is_valid(l.line ->> 'variantId', 'uuid') is not true
       or pg_input_is_valid(l.line ->> 'reservationId', 'uuid') is false
       or jsonb_typeof(l.line -> 'quantity') is distinct from 'number'
       or (l.line ->> 'quantity') !~ '^[1-9][0-9]{0,5}$'
  ) then
    perform private.raise_invalid_request(
      'a line has variantId (uuid), reservationId (uuid or none) and a whole quantity of 1 to 999999 units');
  end if;
end;
$$;
comment on function private.check_reserve_requests(jsonb) is
  'Raises HF001 unless p_requests has the shape that reserve_stock takes. Checked before anything is locked or written.';

create type private.reserve_batch as (
  shopper_ids uuid[],
  variant_ids uuid[],
  request_shopper integer[],
  request_partial boolean[],
  request_set boolean[],
  request_first integer[],
  request_last integer[],
  line_key integer[],
  line_variant integer[],
  line_quantity integer[],
  line_reservation uuid[],
  key_shopper integer[],
  key_variant integer[]
);
comment on type private.reserve_batch is
  'A batch as parallel arrays. shopper_ids and variant_ids are sorted as locks are, request_shopper, line_variant, key_shopper and key_variant point into them. Requests stand in order of arrival, their lines from request_first to request_last. A key is one (shopper, variant): repeated requests for it fold into one hold.';

create function private.parse_reserve_requests(p_requests jsonb)
returns private.reserve_batch
language plpgsql
stable
set search_path = ''
as $$
declare
  b private.reserve_batch;
begin
  with request as materialized (
    -- A guest who signed in not long ago acts for the user.
    select case when sh.merged_into is null then r.shopper_id
                when private.merge_holds(sh.merged_at) then sh.merged_into else r.shopper_id end as shopper_id,
           coalesce(r.mode, 'all_or_nothing') = 'partial' as is_partial,
           coalesce(r.quantity_mode, 'add') = 'set' as is_set, r.lines, r.ord::integer as ord
    from rows from (jsonb_to_recordset(p_requests)
           as ("shopperId" uuid, "mode" text, "quantityMode" text, "lines" jsonb))
         with ordinality as r (shopper_id, mode, quantity_mode, lines, ord)
    left join public.shoppers as sh on sh.id = r.shopper_id
  ), summed as (
    -- Lines of the same variant are one line; a quantity beyond every cap stays beyond it.
    select q.ord, q.shopper_id, l.variant_id, least(sum(l.quantity), 1000000)::integer as quantity,
           (array_agg(l.reservation_id))[1] as reservation_id, min(l.ord) as line_ord
    from request as q
    cross join lateral rows from (jsonb_to_recordset(q.lines)
                 as ("variantId" uuid, "quantity" bigint, "reservationId" uuid))
               with ordinality as l (variant_id, quantity, reservation_id, ord)
    group by q.ord, q.shopper_id, l.variant_id
  ), line as materialized (
    select s.*,
           dense_rank() over (order by s.shopper_id, s.variant_id)::integer as key_index,
           dense_rank() over (order by s.shopper_id)::integer as shopper_index,
           dense_rank() over (order by s.variant_id)::integer as variant_index,
           row_number() over (order by s.ord, s.line_ord)::integer as position
    from summed as s
  ), line_arrays as (
    select array_agg(l.key_index order by l.position) as keys,
           array_agg(l.variant_index order by l.position) as variants,
           array_agg(l.quantity order by l.position) as quantities,
           array_agg(l.reservation_id order by l.position) as reservations,
           array_agg(distinct l.shopper_id order by l.shopper_id) as shopper_ids,
           array_agg(distinct l.variant_id order by l.variant_id) as variant_ids
    from line as l
  ), request_arrays as (
    select array_agg(q.shopper_index order by q.ord) as shoppers,
           array_agg(q.is_partial order by q.ord) as partials, array_agg(q.is_set order by q.ord) as sets,
           array_agg(q.first order by q.ord) as firsts, array_agg(q.last order by q.ord) as lasts
    from (
      select r.ord, r.is_partial, r.is_set, min(l.shopper_index) as shopper_index,
             min(l.position) as first, max(l.position) as last
      from request as r join line as l on l.ord = r.ord
      group by r.ord, r.is_partial, r.is_set
    ) as q
  ), key_arrays as (
    select array_agg(k.shopper_index order by k.key_index) as shoppers,
           array_agg(k.variant_index order by k.key_index) as variants
    from (select distinct l.key_index, l.shopper_index, l.variant_index from line as l) as k
  )
  select l.shopper_ids, l.variant_ids, r.shoppers, r.partials, r.sets, r.firsts, r.lasts,
         l.keys, l.variants, l.quantities, l.reservations, k.shoppers, k.variants
  into b
  from line_arrays as l, request_arrays as r, key_arrays as k;
  return b;
end;
$$;
comment on function private.parse_reserve_requests(jsonb) is
  'Reads a checked batch. Lines of the same variant are summed; guests who became users are replaced by them.';

create function private.known_answers(p_requests jsonb, p_batch private.reserve_batch, p_now timestamptz)
returns jsonb[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_known jsonb[];
begin
  select array_agg(
    case when r.key is null then null
         when k.body_hash = r.body_hash then k.answer::jsonb
         when k.body_hash is null and r.ord = r.first_ord then null
         when k.body_hash is null and r.body_hash = r.first_hash then to_jsonb(r.first_ord)
         else jsonb_build_object('outcome', 'idempotency_mismatch', 'lines', jsonb_build_array()) end order by r.ord)
  into v_known
  from (
    select q.key, q.body_hash, p_batch.shopper_ids[q.shopper] as shopper_id, q.ord,
           first_value(q.ord) over same_key as first_ord, first_value(q.body_hash) over same_key as first_hash
    from rows from (jsonb_to_recordset(p_requests) as ("idempotencyKey" text, "bodyHash" text),
                    unnest(p_batch.request_shopper))
         with ordinality as q (key, body_hash, shopper, ord)
    window same_key as (partition by q.shopper, q.key order by q.ord)
  ) as r
  left join public.idempotency_keys as k
    on k.shopper_id = r.shopper_id and k.key = r.key and k.created_at > private.kept_since(p_now);
  return case when array_remove(v_known, null) <> '{}' then v_known end;
end;
$$;
comment on function private.known_answers(jsonb, private.reserve_batch, timestamptz) is
  'By request of a batch what is known of it already: the answer that was kept for its key; that the key stands for another body; or the number of the request before it in the batch that has the same key and body. Null where it is to be decided; null altogether where that is so for all. The caller holds the shoppers'' locks.';

create function private.join_known(p_known jsonb[], p_decided jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_answers jsonb[];
  v_decided integer := 0;
begin
  for r in 1 .. cardinality(p_known) loop
    if p_known[r] is null then
      v_answers[r] := p_decided -> v_decided;
      v_decided := v_decided + 1;
    elsif jsonb_typeof(p_known[r]) = 'number' then
      v_answers[r] := v_answers[p_known[r]::integer];
    else
      v_answers[r] := p_known[r];
    end if;
  end loop;
  return to_jsonb(v_answers);
end;
$$;
comment on function private.join_known(jsonb[], jsonb) is
  'The answers of a whole batch, in order: those that known_answers knew, and those that were decided.';
