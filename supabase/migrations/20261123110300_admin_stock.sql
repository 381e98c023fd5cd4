-- Stock by location: all of it, and correcting one level.

create function public.admin_stock()
returns jsonb
language plpgsql
stable
security definer -- reads counters for a caller that has established that it is an admin
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'serverNow', statement_timestamp(),
    'lowStockAt', (select t.low_stock_at from public.store_settings as t),
    'levels', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'variantId', a.variant_id, 'locationId', a.location_id, 'sku', a.sku, 'productName', a.product_name,
        'variantName', a.variant_name, 'locationCode', a.location_code, 'onHand', a.on_hand, 'reserved', a.reserved,
        'lapsedUnits', a.lapsed_units, 'safetyStock', a.safety_stock, 'available', a.available)
        order by p.position, p.slug, v.position, v.sku, l.priority, l.code), '[]')
      from public.stock_availability as a
      join public.variants as v on v.id = a.variant_id
      join public.products as p on p.id = v.product_id
      join public.locations as l on l.id = a.location_id),
    'locations', (
      select coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'code', l.code, 'name', l.name)
                                order by l.priority, l.code), '[]')
      from public.locations as l));
end;
$$;
comment on function public.admin_stock() is
  'Every stock level with what it can give now, in units, and every location in the order in which they are asked: {serverNow, lowStockAt, levels, locations}. Locks nothing.';

create function public.admin_adjust_stock(
  p_variant_id uuid, p_location_id uuid, p_delta integer, p_reason text, p_release_newest boolean, p_admin_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- writes stock, holds and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_answer jsonb;
  v_hold jsonb;
begin
  perform private.check_reason(p_admin_id, p_reason);
  v_answer := public.adjust_stock(p_variant_id, p_location_id, p_delta, p_reason, p_release_newest);
  if v_answer ->> 'outcome' = 'adjusted' then
    perform private.act_as_admin(p_admin_id, 'adjust', p_reason);
    perform private.note_admin(
      'stock_level', p_variant_id,
      jsonb_build_object('locationId', p_location_id, 'onHand', (v_answer ->> 'onHand')::integer - p_delta),
      jsonb_build_object('locationId', p_location_id, 'onHand', v_answer -> 'onHand'));
    for v_hold in select h from jsonb_array_elements(v_answer -> 'released') as h loop
      perform private.note_admin('reservation', (v_hold ->> 'reservationId')::uuid);
    end loop;
    perform private.end_acting();
  end if;
  return v_answer;
end;
$$;
comment on function public.admin_adjust_stock(uuid, uuid, integer, text, boolean, uuid) is
  'adjust_stock, with the admin who did it in admin_trail, beside the level and beside every hold that was taken back. Answers as adjust_stock does: {outcome: adjusted | units_held | payment_open | below_zero | not_found, …}. Locks the level. Not idempotent. Raises HF001 without a delta, an admin or a reason.';

create function public.admin_set_safety_stock(
  p_variant_id uuid, p_location_id uuid, p_safety_stock integer, p_admin_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- writes stock for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
begin
  if p_admin_id is null or p_safety_stock is null or p_safety_stock < 0 then
    perform private.raise_invalid_request('p_safety_stock is 0 or more units, and p_admin_id says who');
  end if;
  perform private.act_as_admin(p_admin_id, 'safety_stock');
  update public.stock_levels as s set safety_stock = p_safety_stock
  where s.variant_id = p_variant_id and s.location_id = p_location_id;
  if not found then
    perform private.end_acting();
    return jsonb_build_object('outcome', 'not_found', 'serverNow', clock_timestamp());
  end if;
  perform private.note_admin('stock_level', p_variant_id, null,
                             jsonb_build_object('locationId', p_location_id, 'safetyStock', p_safety_stock));
  perform private.end_acting();
  return jsonb_build_object('outcome', 'saved', 'serverNow', clock_timestamp(), 'safetyStock', p_safety_stock);
end;
$$;
comment on function public.admin_set_safety_stock(uuid, uuid, integer, uuid) is
  'Sets how many units new holds leave alone at a level; what is held already stays held. Answers {outcome: saved | not_found, serverNow}. Locks the level. Idempotent. Raises HF001 without an admin or for less than 0.';

revoke all on function public.admin_stock() from public, anon, authenticated, service_role;
revoke all on function public.admin_adjust_stock(uuid, uuid, integer, text, boolean, uuid) from public, anon, authenticated, service_role;
revoke all on function public.admin_set_safety_stock(uuid, uuid, integer, uuid) from public, anon, authenticated, service_role;
grant execute on function public.admin_stock() to service_role;
grant execute on function public.admin_adjust_stock(uuid, uuid, integer, text, boolean, uuid) to service_role;
grant execute on function public.admin_set_safety_stock(uuid, uuid, integer, uuid) to service_role;
