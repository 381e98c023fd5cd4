-- The decision. It changes nothing, so that it can be read alone.

create type private.reserve_plan as (
  holds private.hold_arrays,
  answers jsonb,
  has_changed boolean[],
  refused_variants uuid[],
  refused_reasons text[],
  refused_units integer[]
);
comment on type private.reserve_plan is
  'What a batch comes to: the holds to write, the answers in order of arrival with whether the request changed a hold, and the refused lines for the counters.';

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
volatile
set search_path = ''
as $$
declare
  b private.reserve_batch := p_batch;
  h private.hold_arrays := p_holds;
  plan private.reserve_plan;
  v_free integer[] := p_free;
  v_answers jsonb[] := '{}';
  v_has_changed boolean[];
  -- Per variant: who first took units in this batch, and when what was taken ends. No table shows that yet.
  v_taker integer[]; v_taker_ends timestamptz[]; v_others_end timestamptz[];
  -- Per line of the batch: what it could get, before the request as a whole is decided.
  g_total integer[]; g_level integer[]; g_from integer[]; g_outcome text[]; g_available integer[];
  g_limit jsonb[]; g_shortfall integer[];
  v_refusal text; v_gained boolean; v_lines jsonb; v_line jsonb;
  v_wanted integer; v_allowed integer; v_can integer; v_extra integer; v_new integer; v_units integer;
  v_is_too_often boolean;
  k integer; x integer; s integer; j integer; f integer := 0;
begin
  for r in 1 .. cardinality(b.request_shopper) loop
    s := b.request_shopper[r];
    v_refusal := null;
    v_gained := false;
    v_has_changed[r] := false;
    v_extra := 0;
    v_new := 0;

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
        v_is_too_often := h.id[k] is null and h.shopper_holds_left[s] <= v_new;
        if v_is_too_often then
          v_allowed := 0;
        end if;
        g_available[i] := greatest(v_can - h.quantity[k], 0);
        g_total[i] := greatest(least(v_can, v_allowed), h.quantity[k]);
        g_shortfall[i] := v_wanted - g_total[i];
        g_outcome[i] := case when g_total[i] = v_wanted then 'held'
                             when v_can >= v_wanted then 'limit_reached' else 'insufficient_stock' end;
        if g_outcome[i] = 'limit_reached' then
          g_limit[i] := case
            when v_is_too_often then
              jsonb_build_object('name', 'max_holds_per_minute', 'value', p_settings.max_holds_per_minute)
            when v_allowed = p_settings.max_units_per_line then
              jsonb_build_object('name', 'max_units_per_line', 'value', p_settings.max_units_per_line)
            when v_allowed = p_settings.max_units_per_variant - h.elsewhere[k] then
              jsonb_build_object('name', 'max_units_per_variant', 'value', p_settings.max_units_per_variant)
            else jsonb_build_object('name', 'max_units_per_shopper', 'value', p_settings.max_units_per_shopper) end;
        end if;
      end if;
      v_extra := v_extra + g_total[i] - h.quantity[k];
      v_new := v_new + (h.id[k] is null and g_total[i] > 0)::integer;
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
            h.shopper_new_holds[s] := h.shopper_new_holds[s] + 1;
            h.shopper_holds_left[s] := h.shopper_holds_left[s] - 1;
          end if;
          h.id[k] := private.reservation_id_prefix(p_now) || substr(gen_random_uuid()::text, 16);
          h.created_at[k] := p_now;
          h.change[k] := 'insert';
          v_has_changed[r] := true;
        elsif v_units <> 0 then
          v_has_changed[r] := true;
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
  plan.has_changed := v_has_changed;
  return plan;
end;
$$;
comment on function private.decide_reservations(private.reserve_batch, private.level_arrays, integer[], private.hold_arrays, public.store_settings, timestamptz) is
  'Decides a batch, request by request in order of arrival, on p_free units by level. Writes nothing. all_or_nothing: every line or none; partial: each line as far as stock and caps reach. Adding units sets a line to the later of old end and now + duration, within its maximum; fewer units or a refusal change no time. Line outcomes: held, insufficient_stock, limit_reached, variant_not_found, reservation_not_found, reservation_ended, payment_open, not_attempted.';
