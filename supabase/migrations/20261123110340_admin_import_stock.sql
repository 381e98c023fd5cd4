-- A whole count of stock at once: all rows in one transaction, or none.

create function private.import_rows(p_rows jsonb, p_now timestamptz)
returns table (line integer, sku text, location text, units integer, variant_id uuid, location_id uuid, name text,
               before integer, held integer, outcome text)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  with given as (
    select (g.r ->> 'line')::integer as line, g.r ->> 'sku' as sku, g.r ->> 'location' as location,
           (g.r ->> 'onHand')::bigint as units
    from jsonb_array_elements(p_rows) as g (r)
  ), known as (
    select g.*, v.id as variant_id, l.id as location_id, p.name || ' – ' || v.name as name, s.on_hand,
           -- What has lapsed stands in nobody's way.
           coalesce(s.reserved - (select coalesce(sum(r.quantity), 0) from public.reservations as r
                                  where r.variant_id = s.variant_id and r.location_id = s.location_id
                                    and r.status = 'active' and r.expires_at <= p_now), 0)::integer as held,
           count(*) over (partition by g.sku, g.location) as times
    from given as g
    left join public.variants as v on v.sku = g.sku
    left join public.products as p on p.id = v.product_id
    left join public.locations as l on l.code = g.location
    left join public.stock_levels as s on s.variant_id = v.id and s.location_id = l.id
  )
  select k.line, k.sku, k.location, case when k.units between 0 and 2147483647 then k.units::integer end,
         k.variant_id, k.location_id, k.name, k.on_hand, k.held,
         case when k.variant_id is null then 'unknown_sku'
              when k.location_id is null then 'unknown_location'
              when k.times > 1 then 'twice'
              when k.units is null or k.units not between 0 and 2147483647 then 'out_of_range'
              when k.units < k.held then 'units_held'
              when k.on_hand is null then 'new'
              when k.units = k.on_hand then 'unchanged'
              else 'changed' end
  from known as k order by k.line;
end;
$$;
comment on function private.import_rows(jsonb, timestamptz) is
  'What each row of an import comes to, in the order of its lines: changed, unchanged and new (not kept there so far) can be done; unknown_sku, unknown_location, twice, out_of_range and units_held (fewer than are held there) cannot. Units of stock.';

create function public.admin_import_stock(
  p_rows jsonb, p_reason text, p_admin_id uuid, p_version text default null)
returns jsonb
language plpgsql
volatile
security definer -- writes stock and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_now timestamptz;
  v_rows jsonb;
  v_version text;
  v_bad integer;
  v_row record;
begin
  perform private.check_reason(p_admin_id, p_reason);
  if p_rows is null or jsonb_typeof(p_rows) <> 'array' or jsonb_array_length(p_rows) not between 1 and 1000 then
    perform private.raise_invalid_request('p_rows has 1 to 1000 rows');
  end if;
  if p_version is not null then
    perform 1 from public.stock_levels as s
    join public.variants as v on v.id = s.variant_id
    join public.locations as l on l.id = s.location_id
    join jsonb_array_elements(p_rows) as g (r) on g.r ->> 'sku' = v.sku and g.r ->> 'location' = l.code
    order by s.variant_id, s.location_id for no key update of s;
  end if;
  v_now := clock_timestamp();
  select coalesce(jsonb_agg(jsonb_build_object(
           'line', i.line, 'sku', i.sku, 'location', i.location, 'name', i.name, 'before', i.before,
           'after', i.units, 'held', i.held, 'outcome', i.outcome) order by i.line), '[]'),
         count(*) filter (where i.outcome not in ('changed', 'unchanged', 'new')),
         -- What the person saw who says yes: a sale in between would be counted away otherwise.
         md5(string_agg(concat_ws(':', i.line, i.variant_id, i.location_id, i.before, i.units), ',' order by i.line))
  into v_rows, v_bad, v_version
  from private.import_rows(p_rows, v_now) as i;
  if p_version is null or v_bad > 0 or p_version <> v_version then
    return jsonb_build_object(
      'outcome', case when v_bad > 0 then 'refused' when p_version is null then 'preview' else 'stock_changed' end,
      'serverNow', v_now, 'rows', v_rows, 'version', v_version);
  end if;

  perform private.act_as_admin(p_admin_id, 'import', p_reason);
  for v_row in
    select i.* from private.import_rows(p_rows, v_now) as i
    where i.outcome in ('changed', 'new') order by i.variant_id, i.location_id
  loop
    if v_row.outcome = 'changed' then
      perform private.expire_lapsed(v_row.variant_id, v_row.location_id, s.reserved - v_row.units, v_now)
      from public.stock_levels as s
      where s.variant_id = v_row.variant_id and s.location_id = v_row.location_id and s.reserved > v_row.units;
      update public.stock_levels as s set on_hand = v_row.units
      where s.variant_id = v_row.variant_id and s.location_id = v_row.location_id;
    else
      insert into public.stock_levels (variant_id, location_id, on_hand)
      values (v_row.variant_id, v_row.location_id, v_row.units);
    end if;
  end loop;
  perform private.note_admin('stock', null, null, v_rows);
  perform private.end_acting();
  return jsonb_build_object('outcome', 'applied', 'serverNow', v_now, 'rows', v_rows, 'version', v_version);
end;
$$;
comment on function public.admin_import_stock(jsonb, text, uuid, text) is
  'Sets on_hand to what was counted: p_rows [{line, sku, location, onHand (units)}], 1 to 1000. Without p_version a preview; with the version of that preview all rows in one transaction, each with its movement. Answers {outcome: preview | applied | refused (a row cannot be done: nothing was) | stock_changed (since the preview, which is in the answer anew: nothing was done), serverNow, version, rows: [{line, sku, location, name, before, after, held: units, outcome: changed | unchanged | new | unknown_sku | unknown_location | twice | out_of_range | units_held}]}. Locks the levels, sorted, where there is a version. Safe to repeat: the second time the version has changed, or nothing changes. Raises HF001 without rows, an admin or a reason.';

revoke all on function public.admin_import_stock(jsonb, text, uuid, text) from public, anon, authenticated, service_role;
grant execute on function public.admin_import_stock(jsonb, text, uuid, text) to service_role;
