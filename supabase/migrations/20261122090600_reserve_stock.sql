-- Taking holds: parse, lock, load, reclaim, decide, write. docs/adr/0003 says why it works on batches.

create type private.hold_arrays as (
  id uuid[],
  location_id uuid[],
  quantity integer[],
  elsewhere integer[],
  duration_seconds integer[],
  created_at timestamptz[],
  expires_at timestamptz[],
  max_expires_at timestamptz[],
  replaces_id uuid[],
  change text[],
  shopper_units integer[],
  shopper_holds_left integer[],
  shopper_new_holds integer[],
  moved uuid[]
);
comment on type private.hold_arrays is
  'The shoppers'' holds by key of the batch, as they are or are to become: quantity 0 and id null while there is none; elsewhere: live units of the same variant in other holds; change: insert, update or null. By shopper: all their live units, how many new holds they may make in this minute, and how many they make. moved: holds to release, because their line goes to another location.';

create function private.no_holds(p_batch private.reserve_batch)
returns private.hold_arrays
language plpgsql
immutable
set search_path = ''
as $$
declare
  h private.hold_arrays;
  v_keys integer[] := array[cardinality(p_batch.key_shopper)];
begin
  h.id := array_fill(null::uuid, v_keys);
  h.location_id := h.id;
  h.replaces_id := h.id;
  h.quantity := array_fill(0, v_keys);
  h.elsewhere := h.quantity;
  h.duration_seconds := array_fill(null::integer, v_keys);
  h.created_at := array_fill(null::timestamptz, v_keys);
  h.expires_at := h.created_at;
  h.max_expires_at := h.created_at;
  h.change := array_fill(null::text, v_keys);
  h.shopper_units := array_fill(0, array[cardinality(p_batch.shopper_ids)]);
  h.shopper_new_holds := h.shopper_units;
  h.shopper_holds_left := array_fill(1000000, array[cardinality(p_batch.shopper_ids)]);
  h.moved := '{}';
  return h;
end;
$$;
comment on function private.no_holds(private.reserve_batch) is 'The holds of shoppers who hold nothing.';

create function private.load_holds(
  p_batch private.reserve_batch, p_shoppers private.shopper_arrays, p_settings public.store_settings,
  p_now timestamptz)
returns private.hold_arrays
language plpgsql
volatile
set search_path = ''
as $$
declare
  h private.hold_arrays := private.no_holds(p_batch);
  v_row record;
  v_lapsed uuid[];
begin
  select array_agg(case p_shoppers.tiers[k.shopper] when 'vip' then p_settings.vip_hold_seconds
                                           else p_settings.hold_seconds end order by k.ord)
  into h.duration_seconds
  from unnest(p_batch.key_shopper) with ordinality as k (shopper, ord);
  for s in 1 .. cardinality(p_batch.shopper_ids) loop
    h.shopper_holds_left[s] := p_settings.max_holds_per_minute
      - case when p_shoppers.minute_began_at[s] > p_now - interval '1 minute'
             then p_shoppers.holds_in_minute[s] else 0 end;
  end loop;

  for v_row in
    select r.*, s.ord as shopper, k.ord as key
    from unnest(p_batch.shopper_ids) with ordinality as s (id, ord)
    cross join lateral (
      select a.* from public.reservations as a where a.shopper_id = s.id and a.status = 'active'
      union all
      select a.* from public.reservations as a where a.shopper_id = s.id and a.status = 'paying'
    ) as r
    left join unnest(p_batch.key_shopper, p_batch.key_variant) with ordinality as k (shopper, variant, ord)
      on k.shopper = s.ord and p_batch.variant_ids[k.variant] = r.variant_id
    -- After a sign-in a shopper may hold a variant at two locations: the one that a line names is meant, else the older.
    order by coalesce(r.id = any (p_batch.line_reservation), false) desc, r.created_at, r.id
  loop
    if v_row.status = 'active' and v_row.expires_at <= p_now then
      -- Invariants 3, 5 and 6: whoever meets a lapsed hold marks it; it counts for nothing.
      if v_row.key is not null then
        v_lapsed := v_lapsed || v_row.id;
        h.replaces_id[v_row.key] := v_row.id;
      end if;
      continue;
    end if;
    h.shopper_units[v_row.shopper] := h.shopper_units[v_row.shopper] + v_row.quantity;
    if v_row.key is not null and v_row.status = 'active' and h.id[v_row.key] is null then
      h.id[v_row.key] := v_row.id;
      h.location_id[v_row.key] := v_row.location_id;
      h.quantity[v_row.key] := v_row.quantity;
      h.created_at[v_row.key] := v_row.created_at;
      h.expires_at[v_row.key] := v_row.expires_at;
      h.max_expires_at[v_row.key] := v_row.max_expires_at;
      h.duration_seconds[v_row.key] := v_row.duration_seconds;
    elsif v_row.key is not null then
      h.elsewhere[v_row.key] := h.elsewhere[v_row.key] + v_row.quantity;
    end if;
  end loop;

  if v_lapsed is not null then
    perform private.mark_expired(v_lapsed, p_now);
  end if;
  return h;
end;
$$;
comment on function private.load_holds(private.reserve_batch, private.shopper_arrays, public.store_settings, timestamptz) is
  'What the shoppers of a batch hold at p_now. Marks their own lapsed holds of the wanted variants expired. The caller holds the locks of shoppers and levels.';

create function private.reclaim_lapsed(
  p_batch private.reserve_batch, p_levels private.level_arrays, p_holds private.hold_arrays,
  p_now timestamptz)
returns integer[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_free integer[] := p_levels.free;
  v_wanted bigint;
begin
  for x in 1 .. cardinality(p_batch.variant_ids) loop
    continue when p_levels.variant_first[x] is null;
    -- With what is held already: a line that moves to another location needs all its units there.
    select sum(w.quantity) into v_wanted
    from (
      select l.quantity from unnest(p_batch.line_variant, p_batch.line_quantity) as l (variant, quantity)
      where l.variant = x
      union all
      select k.quantity from unnest(p_batch.key_variant, p_holds.quantity) as k (variant, quantity)
      where k.variant = x
    ) as w;
    for i in p_levels.variant_first[x] .. p_levels.variant_last[x] loop
      if p_levels.next_expiry_at[i] <= p_now and v_free[i] < v_wanted then
        -- Every hold has at least one unit, so as many holds as units are missing suffice. Far more are missing
        -- where safety stock was raised over them: then this request does its share, and the next one goes on.
        v_free[i] := v_free[i] + (private.expire_lapsed(
          p_batch.variant_ids[x], p_levels.location_ids[i],
          least(v_wanted - v_free[i], greatest(v_wanted, 2000))::integer, p_now)).units;
      end if;
    end loop;
  end loop;
  return v_free;
end;
$$;
comment on function private.reclaim_lapsed(private.reserve_batch, private.level_arrays, private.hold_arrays, timestamptz) is
  'Invariant 5: where a level may have to give more than it has free, lapsed holds give their units back, as many as may be needed. Answers the free units by level. The caller holds the levels'' locks.';

create function private.is_refused_unseen(
  p_batch private.reserve_batch, p_levels private.level_arrays, p_now timestamptz)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_chance boolean;
  v_hopeless integer;
  v_units integer;
  x integer;
begin
  for r in 1 .. cardinality(p_batch.request_shopper) loop
    if p_batch.request_set[r] then
      return false; -- may be about giving units back
    end if;
    v_hopeless := 0;
    for n in p_batch.request_first[r] .. p_batch.request_last[r] loop
      x := p_batch.line_variant[n];
      v_units := case when p_batch.request_partial[r] then 1 else p_batch.line_quantity[n] end;
      v_chance := false;
      for i in coalesce(p_levels.variant_first[x], 1) .. coalesce(p_levels.variant_last[x], 0) loop
        if p_levels.free[i] < v_units and p_levels.next_expiry_at[i] <= p_now then
          return false; -- lapsed units may suffice: unseen, the line would be told that there are none
        end if;
        v_chance := v_chance or p_levels.free[i] >= v_units;
      end loop;
      v_hopeless := v_hopeless + (not v_chance)::integer;
    end loop;
    -- all_or_nothing fails with one hopeless line, partial only with all of them.
    if v_hopeless < (case when p_batch.request_partial[r]
                          then p_batch.request_last[r] - p_batch.request_first[r] + 1 else 1 end) then
      return false;
    end if;
  end loop;
  return true;
end;
$$;
comment on function private.is_refused_unseen(private.reserve_batch, private.level_arrays, timestamptz) is
  'True where every request of the batch must be refused whatever the shoppers hold: too little is free and nothing has lapsed, judged from one snapshot. A crowd before an empty shelf then needs no lock.';
