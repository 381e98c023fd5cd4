-- The ladder of a payment that succeeded: its hold is still there; else units are free; else the money goes back.

create function private.insert_paying_hold(
  p_shopper_id uuid, p_variant_id uuid, p_location_id uuid, p_quantity integer, p_replaces_id uuid, p_now timestamptz)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_id uuid := private.reservation_id_prefix(p_now) || substr(gen_random_uuid()::text, 16);
begin
  insert into public.reservations
    (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at,
     max_expires_at, replaces_id)
  select v_id, p_shopper_id, p_variant_id, p_location_id, p_quantity, 'paying', s.hold_seconds, p_now, p_now, p_now,
         (select r.id from public.reservations as r where r.id = p_replaces_id and r.ended_at is not null)
  from public.store_settings as s;
  return v_id;
end;
$$;
comment on function private.insert_paying_hold(uuid, uuid, uuid, integer, uuid, timestamptz) is
  'Takes units for somebody who has paid. The caller holds the level''s lock and has seen that they are free.';

create function private.own_units(p_line public.order_lines, p_shopper_id uuid, p_now timestamptz)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_lapsed uuid[];
  v_hold public.reservations;
begin
  select * into v_hold from public.reservations as r
  where r.id = p_line.reservation_id and r.status = 'paying' and r.quantity = p_line.quantity
    -- Not where the next order has pinned it.
    and not exists (select 1 from public.order_lines as l join public.payments as p on p.order_id = l.order_id
                    where l.reservation_id = r.id and l.order_id <> p_line.order_id and p.status in ('open', 'processing'));
  if found then
    return v_hold.id;
  end if;
  select array_agg(r.id) into v_lapsed from public.reservations as r
  where r.shopper_id = p_shopper_id and r.variant_id = p_line.variant_id and r.status = 'active' and r.expires_at <= p_now;
  if v_lapsed is not null then
    perform private.mark_expired(v_lapsed, p_now);
  end if;
  -- Back in the cart, perhaps as part of a larger line.
  select * into v_hold from public.reservations as r
  where r.shopper_id = p_shopper_id and r.variant_id = p_line.variant_id and r.status = 'active'
    and r.quantity >= p_line.quantity
  order by r.id = p_line.reservation_id desc, r.quantity = p_line.quantity desc, r.created_at, r.id
  limit 1;
  if not found then
    return null;
  end if;
  if v_hold.quantity = p_line.quantity then
    update public.reservations as r set status = 'paying' where r.id = v_hold.id;
    return v_hold.id;
  end if;
  update public.reservations as r set quantity = r.quantity - p_line.quantity where r.id = v_hold.id;
  return private.insert_paying_hold(p_shopper_id, p_line.variant_id, v_hold.location_id, p_line.quantity,
                                    p_line.reservation_id, p_now);
end;
$$;
comment on function private.own_units(public.order_lines, uuid, timestamptz) is
  'The first rung: the line''s hold if it is there still, paying or back in the cart, as a paying hold of exactly its units; null where it is not. The caller holds the locks of the shopper and of the levels.';

create function private.free_units(p_line public.order_lines, p_shopper_id uuid, p_now timestamptz)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_level record;
  v_free integer;
begin
  for v_level in
    select s.* from public.stock_levels as s join public.locations as l on l.id = s.location_id
    where s.variant_id = p_line.variant_id order by l.priority, l.id
  loop
    v_free := v_level.on_hand - v_level.safety_stock - v_level.reserved;
    if v_free < p_line.quantity and v_level.next_expiry_at <= p_now then
      v_free := v_free + (private.expire_lapsed(
        v_level.variant_id, v_level.location_id, p_line.quantity - v_free, p_now)).units;
    end if;
    if v_free >= p_line.quantity then
      return private.insert_paying_hold(p_shopper_id, p_line.variant_id, v_level.location_id, p_line.quantity,
                                        p_line.reservation_id, p_now);
    end if;
  end loop;
  return null;
end;
$$;
comment on function private.free_units(public.order_lines, uuid, timestamptz) is
  'The second rung: the line''s units at the first location that has them free, lapsed holds of others included, as a paying hold; null where none has. Nothing is split, safety stock is left alone. The caller holds the levels'' locks.';

create function private.take_units(p_order_id uuid, p_shopper_id uuid, p_now timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_line public.order_lines;
  v_hold_id uuid;
begin
  for v_line in select * from public.order_lines as l where l.order_id = p_order_id order by l.position loop
    v_hold_id := coalesce(private.own_units(v_line, p_shopper_id, p_now), private.free_units(v_line, p_shopper_id, p_now));
    if v_hold_id is null then
      raise exception 'all_or_nothing' using errcode = 'HF009';
    end if;
    update public.order_lines as l set reservation_id = v_hold_id
    where l.id = v_line.id and l.reservation_id is distinct from v_hold_id;
  end loop;
  return true;
exception when sqlstate 'HF009' then
  return false; -- what was taken for the lines before is undone
end;
$$;
comment on function private.take_units(uuid, uuid, timestamptz) is
  'Has a paying hold for every line of the order, or changes nothing and answers false: all or nothing. The caller holds the locks of shopper, order and levels.';

create function private.sell_lines(p_order_id uuid, p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform set_config('holdfast.reason',
    'sale ' || (select o.number from public.orders as o where o.id = p_order_id), true);
  -- The hold leaves before on_hand drops: reserved never passes it.
  update public.reservations as r set status = 'confirmed', ended_at = p_now
  from public.order_lines as l where l.order_id = p_order_id and r.id = l.reservation_id;
  update public.order_lines as l set location_id = r.location_id
  from public.reservations as r where l.order_id = p_order_id and r.id = l.reservation_id;
  update public.stock_levels as s set on_hand = s.on_hand - u.units
  from (
    select l.variant_id, l.location_id, sum(l.quantity) as units
    from public.order_lines as l where l.order_id = p_order_id group by l.variant_id, l.location_id
  ) as u
  where s.variant_id = u.variant_id and s.location_id = u.location_id;
  update public.orders as o set status = 'paid', paid_at = p_now, cancelled_at = null where o.id = p_order_id;
  perform set_config('holdfast.reason', '', true);
end;
$$;
comment on function private.sell_lines(uuid, timestamptz) is
  'Turns the paying holds of an order into its sale, each level with its movement "sale <number>". Its payment says succeeded already.';

create function private.unpin_holds(p_payment public.payments, p_then text, p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_least integer;
  v_spent integer;
  v_row record;
  v_in_cart public.reservations;
  v_ends_at timestamptz;
begin
  select s.min_returned_seconds into strict v_least from public.store_settings as s;
  v_spent := greatest(ceil(extract(epoch from p_now - p_payment.created_at))::integer, v_least);
  for v_row in
    select r.*, greatest(l.left_seconds, v_least) as left_seconds
    from public.order_lines as l join public.reservations as r on r.id = l.reservation_id and r.status = 'paying'
    where l.order_id = p_payment.order_id
      and not exists (select 1 from public.order_lines as n join public.payments as p on p.order_id = n.order_id
                      where n.reservation_id = r.id and p.status in ('open', 'processing'))
    order by l.position
  loop
    if p_then = 'expire' then
      update public.reservations as r
      set status = 'expired', ended_at = p_now, expires_at = p_now, max_expires_at = greatest(r.max_expires_at, p_now),
          paying_seconds = r.paying_seconds + v_spent
      where r.id = v_row.id;
      continue;
    end if;
    select * into v_in_cart from public.reservations as r
    where r.shopper_id = v_row.shopper_id and r.variant_id = v_row.variant_id and r.location_id = v_row.location_id
      and r.status = 'active';
    if found and v_in_cart.expires_at <= p_now then
      perform private.mark_expired(array[v_in_cart.id], p_now);
      v_in_cart := null;
    end if;
    v_ends_at := p_now + make_interval(secs => v_row.left_seconds);
    if v_in_cart.id is null then
      update public.reservations as r
      set status = 'active', expires_at = v_ends_at, max_expires_at = greatest(r.max_expires_at, v_ends_at),
          paying_seconds = r.paying_seconds + v_spent
      where r.id = v_row.id;
    else
      -- One line again: the units go back and are taken again under the same lock.
      update public.reservations as r set status = 'released', ended_at = p_now where r.id = v_row.id;
      update public.reservations as r
      set quantity = r.quantity + v_row.quantity, expires_at = greatest(r.expires_at, v_ends_at),
          max_expires_at = greatest(least(r.max_expires_at, v_row.max_expires_at), r.expires_at, v_ends_at),
          paying_seconds = greatest(r.paying_seconds, v_row.paying_seconds + v_spent)
      where r.id = v_in_cart.id;
    end if;
  end loop;
end;
$$;
comment on function private.unpin_holds(public.payments, text, timestamptz) is
  'What becomes of the holds of a payment that ended without a sale. return: they are in the cart again with what they had left, min_returned_seconds at least, merged into an active hold of the same level; expire: their units are free. The caller holds the locks of shopper, order and levels, and the payment is final.';
