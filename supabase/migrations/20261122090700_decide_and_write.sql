-- The decision and its writing. Deciding changes nothing, so that it can be read alone.

create type private.reserve_plan as (
  holds private.hold_arrays,
  answers jsonb,
  refused_variants uuid[],
  refused_reasons text[],
  refused_units integer[]
);
comment on type private.reserve_plan is
  'What a batch comes to: the holds to write, the answers in order of arrival, and the refused lines for the counters.';

create function private.refusal_of_reservation(p_reservation_id uuid, p_shopper_id uuid, p_variant_id uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_status public.reservation_status;
begin
  select r.status into v_status from public.reservations as r
  where r.id = p_reservation_id and r.shopper_id = p_shopper_id and r.variant_id = p_variant_id;
  return case
    when v_status is null then 'reservation_not_found'
    when v_status = 'paying' then 'payment_open'
    when v_status in ('confirmed', 'released') then 'reservation_ended'
  end;
end;
$$;
comment on function private.refusal_of_reservation(uuid, uuid, uuid) is
  'Why a request about this reservation is refused: not the shopper''s (or nobody''s, or of another variant), pinned by a payment, or ended on purpose. Null for an active one and for an expired one, whose units may be taken again.';

create function private.free_beside(
  p_free integer[], p_locations uuid[], p_first integer, p_last integer, p_shopper_id uuid, p_variant_id uuid,
  p_reservation_id uuid)
returns integer[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_free integer[] := p_free;
begin
  for i in p_first .. p_last loop
    if exists (select 1 from public.reservations as r
               where r.shopper_id = p_shopper_id and r.variant_id = p_variant_id and r.location_id = p_locations[i]
                 and r.status = 'active' and r.id is distinct from p_reservation_id) then
      v_free[i] := -1;
    end if;
  end loop;
  return v_free;
end;
$$;
comment on function private.free_beside(integer[], uuid[], integer, integer, uuid, uuid, uuid) is
  'Invariant 3: free units by level for a line of a shopper who holds the variant at another location too, as after a sign-in: none there, since one level has one active hold of a shopper.';

create function private.decide_reservations(
  p_batch private.reserve_batch, p_levels private.level_arrays, p_free integer[], p_holds private.hold_arrays,
  p_settings public.store_settings, p_now timestamptz)
returns private.reserve_plan
language plpgsql
stable
set search_path = ''
as $$
declare
  b private.reserve_batch := p_batch;
  h private.hold_arrays := p_holds;
  plan private.reserve_plan;
  v_free integer[] := p_free;
  v_answers jsonb[] := '{}';
  -- Per variant: who first took units in this batch, and when what was taken ends. No table shows that yet.
  v_taker integer[]; v_taker_ends timestamptz[]; v_others_end timestamptz[];
  -- Per line of the batch: what it could get, before the request as a whole is decided.
  g_total integer[]; g_level integer[]; g_from integer[]; g_outcome text[]; g_available integer[];
  g_limit jsonb[]; g_shortfall integer[];
  v_refusal text; v_gained boolean; v_lines jsonb; v_line jsonb;
  v_wanted integer; v_allowed integer; v_can integer; v_extra integer; v_units integer;
  k integer; x integer; s integer; j integer; f integer := 0;
begin
  for r in 1 .. cardinality(b.request_shopper) loop
    s := b.request_shopper[r];
    v_refusal := null;
    v_gained := false;
    v_extra := 0;

    for i in b.request_first[r] .. b.request_last[r] loop
      k := b.line_key[i];
      x := b.line_variant[i];
      j := case when p_levels.variant_first[x] is not null then
             array_position(p_levels.location_ids, h.location_id[k], p_levels.variant_first[x]) end;
      v_wanted := b.line_quantity[i] + case when b.request_set[r] then 0 else h.quantity[k] end;
      g_from[i] := j;
      g_level[i] := j;
      g_total[i] := h.quantity[k];
      g_limit[i] := null;
      g_available[i] := 0;
      g_shortfall[i] := 0;
      g_outcome[i] := case
        when b.line_reservation[i] is null or h.id[k] = b.line_reservation[i]
          or h.replaces_id[k] = b.line_reservation[i] then null
        else private.refusal_of_reservation(b.line_reservation[i], b.shopper_ids[s], b.variant_ids[x]) end;
      if g_outcome[i] is not null then
        null;
      elsif p_levels.variant_first[x] is null then
        g_outcome[i] := 'variant_not_found';
      elsif v_wanted <= h.quantity[k] then
        g_outcome[i] := 'held';
        g_total[i] := v_wanted;
      else
        g_level[i] := private.choose_level(
          case when h.elsewhere[k] = 0 then v_free else private.free_beside(
            v_free, p_levels.location_ids, p_levels.variant_first[x], p_levels.variant_last[x], b.shopper_ids[s],
            b.variant_ids[x], h.id[k]) end,
          p_levels.variant_first[x], p_levels.variant_last[x], j, h.quantity[k], v_wanted);
        v_can := greatest(v_free[g_level[i]] + case when g_level[i] = j then h.quantity[k] else 0 end, 0);
        v_allowed := least(v_wanted, p_settings.max_units_per_line,
                           p_settings.max_units_per_variant - h.elsewhere[k],
                           h.quantity[k] + p_settings.max_units_per_shopper - h.shopper_units[s] - v_extra);
        g_available[i] := greatest(v_can - h.quantity[k], 0);
        g_total[i] := greatest(least(v_can, v_allowed), h.quantity[k]);
        g_shortfall[i] := v_wanted - g_total[i];
        g_outcome[i] := case when g_total[i] = v_wanted then 'held'
                             when v_can >= v_wanted then 'limit_reached' else 'insufficient_stock' end;
        if g_outcome[i] = 'limit_reached' then
          g_limit[i] := case v_allowed
            when p_settings.max_units_per_line then
              jsonb_build_object('name', 'max_units_per_line', 'value', p_settings.max_units_per_line)
            when p_settings.max_units_per_variant - h.elsewhere[k] then
              jsonb_build_object('name', 'max_units_per_variant', 'value', p_settings.max_units_per_variant)
            else jsonb_build_object('name', 'max_units_per_shopper', 'value', p_settings.max_units_per_shopper) end;
        end if;
      end if;
      v_extra := v_extra + g_total[i] - h.quantity[k];
      v_gained := v_gained or g_outcome[i] = 'held' or g_total[i] > h.quantity[k];
      if g_outcome[i] <> 'held' then
        v_refusal := coalesce(v_refusal, g_outcome[i]);
      end if;
    end loop;

    v_lines := '[]';
    for i in b.request_first[r] .. b.request_last[r] loop
      k := b.line_key[i];
      x := b.line_variant[i];
      if v_refusal is null or (b.request_partial[r] and (g_outcome[i] = 'held' or g_total[i] > h.quantity[k])) then
        v_units := g_total[i] - h.quantity[k];
        if h.id[k] is null or (g_level[i] <> g_from[i] and h.change[k] is distinct from 'insert') then
          -- A new hold, or one parcel from another location: the old row ends, its units go back.
          if h.id[k] is not null then
            -- It moves with its times: a way to another shelf is no way to a longer life.
            h.moved := h.moved || h.id[k];
            h.replaces_id[k] := h.id[k];
          else
            h.replaces_id[k] := coalesce(h.replaces_id[k], b.line_reservation[i]);
            h.duration_seconds[k] := coalesce(p_levels.hold_seconds[g_level[i]], h.duration_seconds[k]);
            h.max_expires_at[k] := p_now + make_interval(
              secs => h.duration_seconds[k] * p_settings.max_hold_turns);
            h.expires_at[k] := p_now + make_interval(secs => h.duration_seconds[k]);
          end if;
          h.id[k] := gen_random_uuid();
          h.created_at[k] := p_now;
          h.change[k] := 'insert';
        elsif v_units <> 0 then
          h.change[k] := coalesce(h.change[k], 'update');
        end if;
        if v_units > 0 then
          h.expires_at[k] := least(h.max_expires_at[k], greatest(
            h.expires_at[k], p_now + make_interval(secs => h.duration_seconds[k])));
          v_taker[x] := coalesce(v_taker[x], s);
          if v_taker[x] = s then
            v_taker_ends[x] := h.expires_at[k];
          else
            v_others_end[x] := least(v_others_end[x], h.expires_at[k]);
          end if;
        end if;
        if g_from[i] is not null then
          v_free[g_from[i]] := v_free[g_from[i]] + h.quantity[k];
        end if;
        v_free[g_level[i]] := v_free[g_level[i]] - g_total[i];
        h.location_id[k] := p_levels.location_ids[g_level[i]];
        h.shopper_units[s] := h.shopper_units[s] + v_units;
        h.quantity[k] := g_total[i];
        v_line := jsonb_build_object(
          'variantId', b.variant_ids[x], 'outcome', g_outcome[i], 'requested', b.line_quantity[i],
          'reservation', private.hold_as_json(
            h.id[k], b.variant_ids[x], h.location_id[k], h.quantity[k], 'active', h.created_at[k],
            h.duration_seconds[k], h.expires_at[k], h.max_expires_at[k]),
          -- A line that named a hold which ended learns what stands in its place, however often it asks.
          'replacesId', coalesce(h.replaces_id[k], nullif(b.line_reservation[i], h.id[k])));
      else
        v_line := jsonb_build_object(
          'variantId', b.variant_ids[x], 'requested', b.line_quantity[i],
          'outcome', case g_outcome[i] when 'held' then 'not_attempted' else g_outcome[i] end);
      end if;
      if g_outcome[i] in ('insufficient_stock', 'limit_reached') then
        v_line := v_line || jsonb_build_object(
          'available', g_available[i], 'shortfall', g_shortfall[i], 'limit', g_limit[i],
          'nextReleaseAt', least(
            private.next_release_at(b.variant_ids[x], p_now, b.shopper_ids[s]), v_others_end[x],
            case when v_taker[x] <> s then v_taker_ends[x] end));
        f := f + 1;
        plan.refused_variants[f] := b.variant_ids[x];
        plan.refused_reasons[f] := g_outcome[i];
        plan.refused_units[f] := g_shortfall[i];
      end if;
      v_lines := v_lines || v_line;
    end loop;
    v_answers := v_answers || jsonb_build_object(
      'outcome', case when v_refusal is null then 'held'
                      when b.request_partial[r] and v_gained then 'partial' else v_refusal end,
      'lines', v_lines);
  end loop;
  plan.holds := h;
  plan.answers := to_jsonb(v_answers);
  return plan;
end;
$$;
comment on function private.decide_reservations(private.reserve_batch, private.level_arrays, integer[], private.hold_arrays, public.store_settings, timestamptz) is
  'Decides a batch, request by request in order of arrival, on p_free units by level. Writes nothing. all_or_nothing: every line or none; partial: each line as far as stock and caps reach. Adding units sets a line to the later of old end and now + duration, within its maximum; fewer units or a refusal change no time. Line outcomes: held, insufficient_stock, limit_reached, variant_not_found, reservation_not_found, reservation_ended, payment_open, not_attempted.';

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
  end if;
end;
$$;
comment on function private.write_holds(private.reserve_batch, private.hold_arrays, timestamptz) is
  'Writes a plan: at most one statement each for moved, changed and new holds, whose triggers count them and write the trail.';

create function private.reserve(p_requests jsonb)
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
  v_tiers public.shopper_tier[];
  v_free integer[];
  v_now timestamptz := clock_timestamp();
begin
  perform private.check_reserve_requests(p_requests);
  v_batch := private.parse_reserve_requests(p_requests);
  select * into strict v_settings from public.store_settings;
  v_levels := private.read_levels(v_batch.variant_ids);

  if private.is_refused_unseen(v_batch, v_levels, v_now) then
    v_holds := private.no_holds(v_batch);
    v_free := v_levels.free;
  else
    v_tiers := private.lock_shoppers(v_batch.shopper_ids);
    if v_tiers is null then
      return private.reserve(p_requests); -- somebody signed in meanwhile: for whom do we act?
    end if;
    perform private.lock_levels(v_batch.variant_ids);
    v_now := clock_timestamp();
    v_holds := private.load_holds(v_batch, v_tiers, v_settings, v_now);
    v_levels := private.read_levels(v_batch.variant_ids);
    v_free := private.reclaim_lapsed(v_batch, v_levels, v_holds, v_now);
  end if;
  v_plan := private.decide_reservations(v_batch, v_levels, v_free, v_holds, v_settings, v_now);
  perform private.write_holds(v_batch, v_plan.holds, v_now);
  if v_plan.refused_variants is not null then
    perform private.count_refusals(v_plan.refused_variants, v_plan.refused_reasons, v_plan.refused_units);
  end if;
  return jsonb_build_object('serverNow', v_now, 'answers', v_plan.answers);
end;
$$;
comment on function private.reserve(jsonb) is
  'reserve_stock for callers that have said the cause. Parse, lock, load, reclaim, decide, write.';

create function public.reserve_stock(p_requests jsonb)
returns jsonb
language plpgsql
volatile
security definer -- holds, counters and trail are written here and by no role itself
set search_path = ''
set lock_timeout = '3s'
set plan_cache_mode = 'force_generic_plan'
as $$
declare
  v_answer jsonb;
begin
  perform private.set_cause('shopper:reserve');
  v_answer := coalesce(private.reserve_at_once(p_requests), private.reserve(p_requests));
  perform private.set_cause('');
  return v_answer;
end;
$$;
comment on function public.reserve_stock(jsonb) is
  'Takes holds for many shoppers in one call. p_requests: 1 to 256 of {shopperId, lines: 1 to 100 of {variantId, quantity (units), reservationId?}, mode: all_or_nothing (default) | partial, quantityMode: add (default) | set}. Answers {serverNow, answers}, one per request in order: {outcome: held | partial | the first refusal of a line, lines}; see private.decide_reservations for the outcomes of lines. Locks shoppers, then stock levels, sorted; a batch that must be refused whatever happens locks nothing. Not idempotent: add adds again. Raises HF001 for a malformed batch, 55P03 after 3 s of waiting for a lock; either changes nothing.';
