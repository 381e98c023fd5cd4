-- Writing what was decided, and the way of a batch from beginning to end.

create function private.write_holds(
  p_batch private.reserve_batch, p_holds private.hold_arrays, p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Units come back before they go out again: each statement must leave reserved within on_hand.
  if p_holds.moved <> '{}' then
    update public.reservations as r set status = 'released', ended_at = p_now where r.id = any (p_holds.moved);
  end if;
  if 'update' = any (p_holds.change) then
    update public.reservations as r set quantity = h.quantity, expires_at = h.expires_at
    from unnest(p_holds.id, p_holds.quantity, p_holds.expires_at, p_holds.change)
      as h (id, quantity, expires_at, change)
    where r.id = h.id and h.change = 'update';
  end if;
  if 'insert' = any (p_holds.change) then
    insert into public.reservations
      (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at,
       max_expires_at, replaces_id)
    select h.id, p_batch.shopper_ids[h.shopper], p_batch.variant_ids[h.variant], h.location_id, h.quantity,
           'active', h.duration_seconds, h.created_at, h.expires_at, h.max_expires_at, h.replaces_id
    from unnest(p_batch.key_shopper, p_batch.key_variant, p_holds.id, p_holds.location_id, p_holds.quantity,
                p_holds.duration_seconds, p_holds.created_at, p_holds.expires_at, p_holds.max_expires_at,
                p_holds.replaces_id, p_holds.change)
      as h (shopper, variant, id, location_id, quantity, duration_seconds, created_at, expires_at,
            max_expires_at, replaces_id, change)
    where h.change = 'insert';
    perform private.count_new_holds(p_batch.shopper_ids, p_holds.shopper_new_holds, p_now);
  end if;
end;
$$;
comment on function private.write_holds(private.reserve_batch, private.hold_arrays, timestamptz) is
  'Writes a plan: at most one statement each for moved, changed and new holds, whose triggers count them and write the trail.';

create function private.keep_decided(
  p_requests jsonb, p_batch private.reserve_batch, p_plan private.reserve_plan, p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_shopper_ids uuid[];
  v_keys text[];
  v_body_hashes text[];
  v_answers json[];
begin
  select array_agg(p_batch.shopper_ids[r.shopper]), array_agg(r.key), array_agg(r.body_hash),
         array_agg((p_plan.answers -> (r.ord - 1)::integer)::json)
  into v_shopper_ids, v_keys, v_body_hashes, v_answers
  from rows from (jsonb_to_recordset(p_requests) as ("idempotencyKey" text, "bodyHash" text),
                  unnest(p_batch.request_shopper, p_plan.has_changed))
       with ordinality as r (key, body_hash, shopper, has_changed, ord)
  where r.has_changed;
  perform private.keep_answers(v_shopper_ids, v_keys, v_body_hashes, v_answers, p_now);
end;
$$;
comment on function private.keep_decided(jsonb, private.reserve_batch, private.reserve_plan, timestamptz) is
  'Keeps the answers of a decided batch for the keys of the requests that changed something.';

create function private.reserve(p_requests jsonb, p_now timestamptz default null)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_batch private.reserve_batch;
  v_levels private.level_arrays;
  v_holds private.hold_arrays;
  v_plan private.reserve_plan;
  v_settings public.store_settings;
  v_shoppers private.shopper_arrays;
  v_free integer[];
  v_is_keyed boolean := jsonb_path_exists(p_requests, '$[*].idempotencyKey');
  v_known jsonb[];
  v_unknown jsonb;
  v_answer jsonb;
  v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  perform private.check_reserve_requests(p_requests);
  v_batch := private.parse_reserve_requests(p_requests);
  select * into strict v_settings from public.store_settings;
  v_levels := private.read_levels(v_batch.variant_ids);

  if private.is_refused_unseen(v_batch, v_levels, v_now)
     and (not v_is_keyed or private.known_requests(p_requests) is null) then
    v_holds := private.no_holds(v_batch);
    v_free := v_levels.free;
  else
    v_shoppers := private.lock_shoppers(v_batch.shopper_ids);
    if v_shoppers is null then
      return private.reserve(p_requests, p_now); -- somebody signed in meanwhile: for whom do we act?
    end if;
    if v_is_keyed then
      v_known := private.known_answers(p_requests, v_batch, clock_timestamp());
    end if;
    if v_known is not null then
      select jsonb_agg(r.request order by r.ord) into v_unknown
      from jsonb_array_elements(p_requests) with ordinality as r (request, ord) where v_known[r.ord] is null;
      v_answer := case when v_unknown is null then jsonb_build_object('serverNow', clock_timestamp())
                       else private.reserve(v_unknown, p_now) end;
      return v_answer || jsonb_build_object('answers', private.join_known(v_known, v_answer -> 'answers'));
    end if;
    perform private.lock_levels(v_batch.variant_ids);
    v_now := coalesce(p_now, clock_timestamp());
    v_holds := private.load_holds(v_batch, v_shoppers, v_settings, v_now);
    v_levels := private.read_levels(v_batch.variant_ids);
    v_free := private.reclaim_lapsed(v_batch, v_levels, v_holds, v_now);
  end if;
  v_plan := private.decide_reservations(v_batch, v_levels, v_free, v_holds, v_settings, v_now);
  perform private.write_holds(v_batch, v_plan.holds, v_now);
  if v_plan.refused_variants is not null then
    perform private.count_refusals(v_plan.refused_variants, v_plan.refused_reasons, v_plan.refused_units);
  end if;
  if v_is_keyed and true = any (v_plan.has_changed) then
    perform private.keep_decided(p_requests, v_batch, v_plan, v_now);
  end if;
  return jsonb_build_object('serverNow', v_now, 'answers', v_plan.answers);
end;
$$;
comment on function private.reserve(jsonb, timestamptz) is
  'reserve_stock for callers that have said the cause. Parse, lock, answer again what is known, load, reclaim, decide, write, keep. p_now: the clock as a caller read it who holds these locks already; else it is read here, after them.';

create function public.reserve_stock(p_requests jsonb)
returns json
language plpgsql
volatile
security definer -- holds, counters and trail are written here and by no role itself
set search_path = ''
set lock_timeout = '3s'
set plan_cache_mode = 'force_generic_plan'
-- A plan is made once per session, perhaps for a batch, and kept: it shall look levels up, never read all of them.
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_answer json;
begin
  perform set_config('holdfast.cause', 'shopper:reserve', true);
  -- Who is new has nothing to cool down from. Where sources are limited, the limits ask for the shortcut themselves.
  v_answer := coalesce(private.reserve_at_once(p_requests), private.reserve_within_limits(p_requests)::json);
  perform set_config('holdfast.cause', '', true);
  return v_answer;
end;
$$;
comment on function public.reserve_stock(jsonb) is
  'Takes holds for many shoppers in one call. p_requests: 1 to 256 of {shopperId, lines: 1 to 100 of {variantId, quantity (units), reservationId?}, mode: all_or_nothing (default) | partial, quantityMode: add (default) | set, source? (a keyed hash of the address it comes from; see private.reserve_within_limits), idempotencyKey? (1 to 255 visible ASCII characters) with bodyHash (SHA-256 in hexadecimal)}. Answers {serverNow, answers}, one per request in order: {outcome: held | partial | the first refusal of a line, lines}; see private.decide_reservations for the outcomes of lines. Locks shoppers, then stock levels, sorted; a batch that must be refused whatever happens locks nothing. Not idempotent without a key: add adds again. What changed something is answered again for 24 hours to the same key and hash of that shopper; with another hash: idempotency_mismatch, and nothing changes. Raises HF001 for a malformed batch, 55P03 after 3 s of waiting for a lock; either changes nothing.';
