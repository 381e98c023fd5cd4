-- Finding drift, and mending it. Nothing of ours can cause any; a restored backup, a superuser or a bug can.

create function public.validate_stock_consistency()
returns jsonb
language plpgsql
stable
security definer -- compares tables of which callers see only the differences
set search_path = ''
as $$
begin
  return (
    with held as (
      select r.variant_id, r.location_id, sum(r.quantity) as units,
             min(r.expires_at) filter (where r.status = 'active') as soonest
      from public.reservations as r where r.status in ('active', 'paying')
      group by r.variant_id, r.location_id
    ), ledger as (
      select m.variant_id, m.location_id, sum(m.delta) as units
      from public.stock_movements as m group by m.variant_id, m.location_id
    ), finding as (
      select 'reserved_drift' as kind, s.variant_id, s.location_id, null::uuid as reservation_id,
             coalesce(h.units, 0)::text as expected, s.reserved::text as found
      from public.stock_levels as s left join held as h using (variant_id, location_id)
      where s.reserved <> coalesce(h.units, 0)
      union all
      select 'overpromised', s.variant_id, s.location_id, null, s.on_hand::text, h.units::text
      from public.stock_levels as s join held as h using (variant_id, location_id)
      where h.units > s.on_hand
      union all
      select 'expiry_bound_too_late', s.variant_id, s.location_id, null, h.soonest::text, s.next_expiry_at::text
      from public.stock_levels as s join held as h using (variant_id, location_id)
      where s.next_expiry_at > h.soonest
      union all
      -- Full: the ledger of a level that is gone comes to 0.
      select 'ledger_drift', variant_id, location_id, null, coalesce(l.units, 0)::text, coalesce(s.on_hand, 0)::text
      from public.stock_levels as s full join ledger as l using (variant_id, location_id)
      where coalesce(s.on_hand, 0) <> coalesce(l.units, 0)
      union all
      select 'hold_without_level', r.variant_id, r.location_id, r.id, null, r.status::text
      from public.reservations as r
      where r.status in ('active', 'paying')
        and not exists (select 1 from public.stock_levels as s
                        where s.variant_id = r.variant_id and s.location_id = r.location_id)
      union all
      select 'hold_without_shopper', r.variant_id, r.location_id, r.id, null, r.shopper_id::text
      from public.reservations as r
      where r.status in ('active', 'paying')
        and not exists (select 1 from public.shoppers as s where s.id = r.shopper_id)
      union all
      select 'hold_of_merged_shopper', r.variant_id, r.location_id, r.id, s.merged_into::text, r.shopper_id::text
      from public.reservations as r join public.shoppers as s on s.id = r.shopper_id
      where r.status in ('active', 'paying') and s.merged_into is not null
      union all
      -- What orders say was sold and came back is what the ledger says: sale_drift, restock_drift.
      select d.kind, d.variant_id, d.location_id, null, d.expected::text, d.found::text
      from private.drift_of_sales() as d
      union all
      select 'payment_without_hold', l.variant_id, r.location_id, l.reservation_id, 'paying ' || l.quantity,
             concat_ws(' ', r.status, r.quantity)
      from public.payments as p join public.order_lines as l on l.order_id = p.order_id
      left join public.reservations as r on r.id = l.reservation_id
      where p.status in ('open', 'processing')
        and (r.status is distinct from 'paying' or r.quantity <> l.quantity or r.shopper_id <> p.shopper_id)
    )
    select coalesce(jsonb_agg(jsonb_build_object(
             'kind', f.kind, 'variantId', f.variant_id, 'locationId', f.location_id,
             'reservationId', f.reservation_id, 'expected', f.expected, 'found', f.found)
             order by f.kind, f.variant_id, f.location_id, f.reservation_id), '[]')
    from finding as f);
end;
$$;
comment on function public.validate_stock_consistency() is
  'Every drift between counters, holds, shoppers and the ledger, from one snapshot: an array of {kind, variantId, locationId, reservationId, expected, found}; empty when all is well. Kinds: reserved_drift, overpromised, expiry_bound_too_late, ledger_drift, hold_without_level, hold_without_shopper, hold_of_merged_shopper, sale_drift and restock_drift (orders and the ledger tell different units), payment_without_hold. Reads all orders, all live holds and the whole ledger; locks nothing.';

create function private.repair_finding(p_finding jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_variant_id uuid := (p_finding ->> 'variantId')::uuid;
  v_location_id uuid := (p_finding ->> 'locationId')::uuid;
  v_reservation_id uuid := (p_finding ->> 'reservationId')::uuid;
begin
  case p_finding ->> 'kind'
    when 'reserved_drift' then
      if exists (select 1 from public.stock_levels as s where s.variant_id = v_variant_id and s.location_id = v_location_id
                 and s.on_hand < (p_finding ->> 'expected')::bigint) then
        return false;
      end if;
      update public.stock_levels as s set reserved = (p_finding ->> 'expected')::integer
      where s.variant_id = v_variant_id and s.location_id = v_location_id;
    when 'expiry_bound_too_late' then
      update public.stock_levels as s set next_expiry_at = (p_finding ->> 'expected')::timestamptz
      where s.variant_id = v_variant_id and s.location_id = v_location_id;
    when 'ledger_drift' then
      insert into public.stock_movements (actor, reason, variant_id, location_id, delta, on_hand_after)
      values ('system', 'repair', v_variant_id, v_location_id,
              (p_finding ->> 'found')::integer - (p_finding ->> 'expected')::integer, (p_finding ->> 'found')::integer);
    when 'hold_without_shopper' then
      insert into public.shoppers (id) values ((p_finding ->> 'found')::uuid) on conflict (id) do nothing;
    else
      return false; -- a person has to decide: whose promise is broken, or where the units are
  end case;
  insert into public.stock_trail (actor, cause, reservation_id, variant_id, location_id, before, after)
  values ('system', 'repair', v_reservation_id, v_variant_id, v_location_id,
          jsonb_build_object('kind', p_finding -> 'kind', 'value', p_finding -> 'found'),
          jsonb_build_object('kind', p_finding -> 'kind', 'value', p_finding -> 'expected'));
  return true;
end;
$$;
comment on function private.repair_finding(jsonb) is
  'Mends one finding of validate_stock_consistency and leaves its trace in the trail; false where only a person can decide.';

create function public.repair_stock_consistency(p_dry_run boolean default true)
returns jsonb
language plpgsql
volatile
security definer -- writes counters and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_finding jsonb;
  v_result jsonb := '[]';
  v_repaired boolean;
  v_is_shopper boolean;
begin
  if p_dry_run is null then
    perform private.raise_invalid_request('p_dry_run is true or false');
  end if;
  if not p_dry_run then
    perform private.set_cause('system:repair');
  end if;
  -- Shoppers come before levels in the lock order.
  foreach v_is_shopper in array array[true, false] loop
    if not p_dry_run and not v_is_shopper then
      -- Every level stands still, so that what is compared is what is mended.
      perform 1 from public.stock_levels as s order by s.variant_id, s.location_id for no key update;
    end if;
    for v_finding in
      select f.finding
      from jsonb_array_elements(public.validate_stock_consistency()) with ordinality as f (finding, ord)
      where (f.finding ->> 'kind' = 'hold_without_shopper') = v_is_shopper
      order by case when v_is_shopper then f.finding ->> 'found' end, f.ord
    loop
      v_repaired := not p_dry_run and private.repair_finding(v_finding);
      v_result := v_result || (v_finding || jsonb_build_object('repaired', v_repaired));
    end loop;
  end loop;
  perform private.set_cause('');
  return jsonb_build_object('dryRun', p_dry_run, 'findings', v_result);
end;
$$;
comment on function public.repair_stock_consistency(boolean) is
  'Mends what validate_stock_consistency finds: counters follow the holds, bounds of expiry the earliest hold, the ledger what is on hand, and a shopper without a row gets one. p_dry_run (default true) only says so. Answers {dryRun, findings: each with repaired}. Left to a person: sale_drift, restock_drift, payment_without_hold, overpromised, hold_without_level, hold_of_merged_shopper, and a counter that would pass on_hand. Each repair leaves a row in the trail. Locks shoppers that it makes, then every stock level, sorted; none with p_dry_run. Safe to repeat. Raises HF001 where p_dry_run is null.';

revoke all on function public.validate_stock_consistency() from public, anon, authenticated, service_role;
revoke all on function public.repair_stock_consistency(boolean) from public, anon, authenticated, service_role;
grant execute on function public.validate_stock_consistency() to service_role;
grant execute on function public.repair_stock_consistency(boolean) to service_role;

create function public.validate_reservations(p_shopper_id uuid)
returns jsonb
language plpgsql
stable
security definer -- reads one shopper's holds for a caller that has established who it is
set search_path = ''
as $$
declare
  v_now timestamptz := statement_timestamp();
  v_settings public.store_settings;
  v_shown integer;
  v_cart jsonb := public.get_cart(p_shopper_id);
  v_lines jsonb := '[]';
  v_row record;
  v_available integer;
  v_outcome text;
begin
  select * into strict v_settings from public.store_settings;
  v_shown := v_settings.shown_stock_limit;
  for v_row in
    select l.line, l.is_live, v.id as variant_id, (l.line ->> 'quantity')::integer as quantity,
           p.published_at <= v_now as is_published
    from (
      select e.line, e.ord, true as is_live from jsonb_array_elements(v_cart -> 'lines') with ordinality as e (line, ord)
      union all
      -- What the cart shows as lapsed, whether the sweep was there already or not.
      select e.line, e.ord, false from jsonb_array_elements(v_cart -> 'lapsed') with ordinality as e (line, ord)
      where e.line ->> 'reason' = 'expired'
    ) as l
    join public.variants as v on v.id = (l.line ->> 'variantId')::uuid
    join public.products as p on p.id = v.product_id
    order by l.is_live desc, l.ord
  loop
    -- Counted as far as this line needs, and told as far as everybody is.
    v_settings.shown_stock_limit := greatest(v_shown, v_row.quantity);
    v_available := (private.availability_of(v_row.variant_id, v_settings, v_now) ->> 'available')::integer;
    v_outcome := case
      when v_row.is_published is distinct from true then 'variant_not_found'
      when v_row.is_live then 'held'
      when v_available >= v_row.quantity then 'would_be_held_again'
      else 'expired' end;
    v_lines := v_lines || jsonb_build_object(
      'reservationId', v_row.line -> 'reservationId', 'variantId', v_row.variant_id, 'quantity', v_row.quantity,
      'unitPriceCents', v_row.line -> 'unitPriceCents', 'currency', v_row.line -> 'currency',
      'expiresAt', coalesce(v_row.line -> 'expiresAt', v_row.line -> 'expiredAt'), 'outcome', v_outcome,
      'available', least(v_available, v_shown),
      'nextReleaseAt', case when v_outcome = 'expired' then
        private.next_release_at(v_row.variant_id, v_now, private.acting_shopper(p_shopper_id)) end);
  end loop;
  return jsonb_build_object('serverNow', v_now, 'lines', v_lines);
end;
$$;
comment on function public.validate_reservations(uuid) is
  'A forecast, line by line, of what would happen if the shopper paid now: {serverNow, lines: [{reservationId, variantId, quantity, unitPriceCents, currency, expiresAt, outcome: held | would_be_held_again (lapsed, its units are free) | expired (lapsed and taken) | variant_not_found (no longer for sale), available (units, at most shown_stock_limit), nextReleaseAt (with expired, when others hold it)}]}: the lines of the cart, then what it shows as expired. Looks at stock, not at caps. Locks nothing and promises nothing.';
revoke all on function public.validate_reservations(uuid) from public, anon, authenticated, service_role;
grant execute on function public.validate_reservations(uuid) to service_role;
