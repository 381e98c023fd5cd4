-- Orders and payments as every answer carries them.

create function private.refunds_as_json(p_order_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'refundId', f.id, 'amountCents', f.amount_cents, 'currency', f.currency, 'reason', f.reason,
      'status', f.status, 'attempt', f.attempt, 'lastError', f.last_error, 'createdAt', f.created_at,
      'settledAt', f.settled_at,
      'lines', (select coalesce(jsonb_agg(jsonb_build_object(
                  'orderLineId', l.order_line_id, 'quantity', l.quantity, 'restock', l.restock)
                  order by l.order_line_id), '[]')
                from public.refund_lines as l where l.refund_id = f.id)) order by f.created_at, f.id), '[]')
    from public.refunds as f where f.order_id = p_order_id);
end;
$$;
comment on function private.refunds_as_json(uuid) is 'The refunds of an order with their lines, oldest first.';

create function private.order_as_json(p_order_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'orderId', o.id, 'number', o.number, 'status', o.status, 'source', o.source, 'createdAt', o.created_at,
      'paidAt', o.paid_at, 'shippedAt', o.shipped_at, 'cancelledAt', o.cancelled_at, 'refundedAt', o.refunded_at,
      'disputedAt', o.disputed_at, 'email', o.email,
      'address', jsonb_build_object('name', o.ship_name, 'line1', o.ship_line1, 'line2', o.ship_line2,
                                    'postalCode', o.ship_postal_code, 'city', o.ship_city, 'country', o.ship_country),
      'currency', o.currency, 'subtotalCents', o.subtotal_cents, 'shippingCents', o.shipping_cents,
      'totalCents', o.total_cents, 'refundedCents', o.refunded_cents, 'tracking', o.tracking,
      'paymentId', p.id, 'paymentStatus', p.status, 'windowEndsAt', p.window_ends_at,
      'receivedCents', p.received_cents)
      || jsonb_build_object(
      'lines', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'orderLineId', l.id, 'variantId', l.variant_id, 'sku', l.sku, 'productName', l.product_name,
          'variantName', l.variant_name, 'imagePath', l.image_path, 'quantity', l.quantity,
          'unitPriceCents', l.unit_price_cents, 'reservationId', l.reservation_id, 'refundedQuantity', (
            select coalesce(sum(r.quantity), 0) from public.refund_lines as r
            join public.refunds as f on f.id = r.refund_id and f.status <> 'failed'
            where r.order_line_id = l.id)) order by l.position), '[]')
        from public.order_lines as l where l.order_id = o.id),
      'refunds', private.refunds_as_json(o.id))
    from public.orders as o left join public.payments as p on p.order_id = o.id
    where o.id = p_order_id);
end;
$$;
comment on function private.order_as_json(uuid) is
  'An order as answers carry it, with lines and refunds. Minor units of its currency, ISO 8601 instants. Null for an unknown one.';

create function private.payment_as_json(p_payment_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'paymentId', p.id, 'orderId', o.id, 'orderNumber', o.number, 'shopperId', p.shopper_id, 'status', p.status,
      'amountCents', p.amount_cents, 'currency', p.currency, 'email', o.email, 'returnOrigin', p.return_origin,
      'sessionId', p.session_id, 'sessionUrl', p.session_url, 'sessionExpiresAt', p.session_expires_at,
      'windowEndsAt', p.window_ends_at, 'paymentIntentId', p.payment_intent_id, 'shippingCents', o.shipping_cents,
      'createdAt', p.created_at, 'lines', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'name', l.product_name || ' – ' || l.variant_name, 'quantity', l.quantity,
          'unitPriceCents', l.unit_price_cents, 'imagePath', l.image_path, 'reservationId', l.reservation_id)
          order by l.position), '[]')
        from public.order_lines as l where l.order_id = o.id))
    from public.payments as p join public.orders as o on o.id = p.order_id
    where p.id = p_payment_id);
end;
$$;
comment on function private.payment_as_json(uuid) is
  'A payment with every parameter of the call to Stripe: made from this alone, the call is the same each time. Null for an unknown one.';

create function private.has_refund_undone(p_order_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select 1 from public.refunds as f
    join public.orders as o on o.id = f.order_id
    join public.payments as p on p.id = f.payment_id
    where f.order_id = p_order_id and f.status <> 'succeeded'
      -- What failed and went back in another way is done.
      and (f.status <> 'failed' or f.payment_intent_id is not null or o.refunded_cents < p.received_cents));
end;
$$;
comment on function private.has_refund_undone(uuid) is 'Whether an order has a refund that somebody still has to see to.';

create function private.has_restock_undecided(p_order_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select 1 from public.refunds as f join public.refund_lines as l on l.refund_id = f.id
    where f.order_id = p_order_id and l.restock = 'undecided')
  -- All of the money went back, and units that no refund names can have come with one: what decide_restock still takes.
  or exists (
    select 1 from public.orders as o
    join public.order_lines as l on l.order_id = o.id
    join public.refunds as f on f.order_id = o.id and f.status <> 'failed' and f.payment_intent_id is null
    where o.id = p_order_id and o.status = 'refunded' and private.unreturned_units(l.id) > 0 and not exists (
      select 1 from public.refund_lines as r where r.refund_id = f.id and r.order_line_id = l.id));
end;
$$;
comment on function private.has_restock_undecided(uuid) is 'Whether somebody still has to say of units of an order whether they go back on the shelf.';

create function public.get_payment(
  p_payment_id uuid default null, p_session_id text default null, p_payment_intent_id text default null)
returns jsonb
language plpgsql
stable
security definer -- reads what only the functions may, for a caller that has established who asks
set search_path = ''
as $$
declare
  v_payment public.payments;
begin
  if num_nonnulls(p_payment_id, p_session_id, p_payment_intent_id) <> 1 then
    perform private.raise_invalid_request('one of p_payment_id, p_session_id and p_payment_intent_id says which');
  end if;
  select * into v_payment from public.payments as p
  where p.id = p_payment_id or p.session_id = p_session_id or p.payment_intent_id = p_payment_intent_id;
  if not found then
    return jsonb_build_object('outcome', 'not_found', 'serverNow', statement_timestamp());
  end if;
  return jsonb_build_object('outcome', 'found', 'serverNow', statement_timestamp(),
    'payment', private.payment_as_json(v_payment.id), 'order', private.order_as_json(v_payment.order_id));
end;
$$;
comment on function public.get_payment(uuid, text, text) is
  'Answers found {payment, order} | not_found, by our id, the id of the Checkout Session or that of the payment intent. Locks nothing. Raises HF001 unless exactly one is given.';

create function public.open_payment(p_shopper_id uuid)
returns jsonb
language plpgsql
stable
security definer -- reads what only the functions may, for a caller that has established who asks
set search_path = ''
as $$
declare
  v_id uuid;
begin
  select p.id into v_id from public.payments as p
  where p.shopper_id = private.acting_shopper(p_shopper_id) and p.status in ('open', 'processing');
  if not found then
    return jsonb_build_object('outcome', 'none', 'serverNow', statement_timestamp());
  end if;
  return jsonb_build_object('outcome', 'found', 'serverNow', statement_timestamp(),
                            'payment', private.payment_as_json(v_id));
end;
$$;
comment on function public.open_payment(uuid) is
  'The shopper''s unfinished payment, open or processing: found {payment} | none. Locks nothing.';

create function public.get_order(p_order_id uuid, p_shopper_id uuid default null)
returns jsonb
language plpgsql
stable
security definer -- reads what only the functions may, for a caller that has established who asks
set search_path = ''
as $$
begin
  perform 1 from public.orders as o
  where o.id = p_order_id and (p_shopper_id is null or o.shopper_id = private.acting_shopper(p_shopper_id));
  if not found then
    return jsonb_build_object('outcome', 'not_found', 'serverNow', statement_timestamp());
  end if;
  return jsonb_build_object('outcome', 'found', 'serverNow', statement_timestamp(),
                            'order', private.order_as_json(p_order_id));
end;
$$;
comment on function public.get_order(uuid, uuid) is
  'Answers found {order} | not_found. With p_shopper_id only the shopper''s own; null: for who has its key, or operates the shop. Locks nothing.';

create function public.list_orders(p_shopper_id uuid, p_limit integer default 20, p_before_number bigint default null)
returns jsonb
language plpgsql
stable
security definer -- reads what only the functions may, for a caller that has established who asks
set search_path = ''
as $$
begin
  if p_shopper_id is null or p_limit is null or p_limit not between 1 and 100 then
    perform private.raise_invalid_request('a shopper has an id, and p_limit is 1 to 100 orders');
  end if;
  return (
    select jsonb_build_object('serverNow', statement_timestamp(), 'orders',
      coalesce(jsonb_agg(private.order_as_json(n.id) order by n.number desc), '[]'))
    from (
      select o.id, o.number from public.orders as o
      where o.shopper_id = private.acting_shopper(p_shopper_id) and (p_before_number is null or o.number < p_before_number)
      order by o.number desc limit p_limit
    ) as n);
end;
$$;
comment on function public.list_orders(uuid, integer, bigint) is
  'A shopper''s orders, newest first: {serverNow, orders}. p_limit: 1 to 100; p_before_number: those before that number. Locks nothing. Raises HF001 for another limit and for no shopper.';

create function public.search_orders(p_filter jsonb default '{}', p_limit integer default 50, p_before_number bigint default null)
returns jsonb
language plpgsql
stable
security definer -- reads what only the functions may, for those who operate the shop
set search_path = ''
as $$
begin
  if p_limit is null or p_limit not between 1 and 200 or jsonb_typeof(p_filter) is distinct from 'object'
     or p_filter - '{status,email,number,worklist}'::text[] <> '{}'
     or coalesce(p_filter ->> 'worklist', 'to_ship') not in ('to_ship', 'refund_undone', 'restock_undecided')
     or (p_filter ->> 'status' is not null and not pg_input_is_valid(p_filter ->> 'status', 'public.order_status'))
     or (p_filter ->> 'number' is not null and not pg_input_is_valid(p_filter ->> 'number', 'bigint')) then
    perform private.raise_invalid_request('p_filter has status, email, number or worklist, and p_limit is 1 to 200 orders');
  end if;
  return (
    select jsonb_build_object('serverNow', statement_timestamp(), 'orders',
      coalesce(jsonb_agg(private.order_as_json(n.id) order by n.number desc), '[]'))
    from (
      select o.id, o.number from public.orders as o
      where (p_before_number is null or o.number < p_before_number)
        and (p_filter ->> 'status' is null or o.status = (p_filter ->> 'status')::public.order_status)
        and (p_filter ->> 'email' is null or lower(o.email) = lower(p_filter ->> 'email'))
        and (p_filter ->> 'number' is null or o.number = (p_filter ->> 'number')::bigint)
        and case p_filter ->> 'worklist'
          when 'to_ship' then o.status = 'paid' and o.shipped_at is null and o.cancelled_at is null
          when 'refund_undone' then private.has_refund_undone(o.id)
          when 'restock_undecided' then private.has_restock_undecided(o.id)
          else true end
      order by o.number desc limit p_limit
    ) as n);
end;
$$;
comment on function public.search_orders(jsonb, integer, bigint) is
  'Orders for those who operate the shop, newest first: {serverNow, orders}. p_filter: status, email, number, worklist (to_ship | refund_undone | restock_undecided), all of them together. p_limit: 1 to 200. Locks nothing. Raises HF001 for another filter or limit.';
