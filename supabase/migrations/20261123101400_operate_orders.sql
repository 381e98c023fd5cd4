-- What those who operate the shop decide about orders, and what Stripe tells us besides.

create function private.takes_more_units(p_refund_id uuid, p_order_line_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select 1 from public.refunds as f join public.order_lines as l on l.order_id = f.order_id
    where f.id = p_refund_id and l.id = p_order_line_id and l.location_id is not null and f.status <> 'failed'
      and f.payment_intent_id is null);
end;
$$;
comment on function private.takes_more_units(uuid, uuid) is
  'Whether units of this line can have come back with this refund: it did not fail, is of the order''s own money, and they were sold with its order.';

create function public.decide_restock(
  p_refund_id uuid, p_order_line_id uuid, p_restock boolean, p_quantity integer default null)
returns jsonb
language plpgsql
volatile
security definer -- writes refunds, stock and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_order_id uuid;
  v_line public.refund_lines;
  v_outcome text;
begin
  if p_restock is null or p_quantity < 1 then
    perform private.raise_invalid_request('p_restock is true or false, and p_quantity one unit or more');
  end if;
  select f.order_id into v_order_id from public.refunds as f where f.id = p_refund_id;
  perform private.set_cause('admin:restock');
  perform private.lock_sold_order(v_order_id);
  select * into v_line from public.refund_lines as l where l.refund_id = p_refund_id and l.order_line_id = p_order_line_id;
  v_outcome := case
    when v_line.refund_id is null and (p_quantity is null
         or not private.takes_more_units(p_refund_id, p_order_line_id)) then 'not_found'
    when v_line.refund_id is null and p_quantity > private.unreturned_units(p_order_line_id) then 'exceeds'
    when v_line.restock <> 'undecided' then 'already'
    when p_restock and v_line.quantity > (
      -- The money of a refund that failed may have gone back with another one, and the units with it.
      select s.quantity - coalesce((select sum(o.quantity) from public.refund_lines as o
                                    join public.refunds as f on f.id = o.refund_id
                                    where o.order_line_id = s.id and o.refund_id <> p_refund_id
                                      and (f.status <> 'failed' or o.restock = 'restocked')), 0)
      from public.order_lines as s where s.id = p_order_line_id) then 'exceeds'
    else 'decided' end;
  if v_outcome = 'decided' and v_line.refund_id is null then
    insert into public.refund_lines (refund_id, order_line_id, quantity, restock, decided_at)
    values (p_refund_id, p_order_line_id, p_quantity, case when p_restock then 'restocked' else 'kept_out' end,
            clock_timestamp());
  elsif v_outcome = 'decided' then
    update public.refund_lines as l
    set restock = case when p_restock then 'restocked' else 'kept_out' end, decided_at = clock_timestamp()
    where l.refund_id = p_refund_id and l.order_line_id = p_order_line_id;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', clock_timestamp())
    || case v_outcome when 'not_found' then '{}' else jsonb_build_object('order', private.order_as_json(v_order_id)) end;
end;
$$;
comment on function public.decide_restock(uuid, uuid, boolean, integer) is
  'Whether refunded units go back on the shelf, once per refund and order line. p_quantity: for a refund that was of money alone (an amount, or made in Stripe''s dashboard), how many units of that line came back with it; where the refund has the line already it is not looked at. Answers {serverNow, outcome, order}: decided | already | exceeds: more than were sold, or they came back with another refund | not_found: no such line, or a refund that failed or is for no units. Locks the order, its payment, then the levels. Idempotent. Raises HF001 for null, or less than one unit.';

create function public.mark_shipped(p_order_id uuid, p_tracking text default null)
returns jsonb
language plpgsql
volatile
security definer -- writes orders and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_order public.orders;
  v_payment public.payments;
  v_outcome text;
begin
  perform private.set_cause('admin:ship');
  select * into v_order from public.orders as o where o.id = p_order_id for no key update;
  select * into v_payment from public.payments as p where p.order_id = p_order_id;
  v_outcome := case
    when v_order.id is null then 'not_found'
    when v_order.shipped_at is not null then 'already'
    when v_order.status <> 'paid' or v_order.cancelled_at is not null
         or (v_payment.received_cents > 0 and private.refundable_cents(v_payment) = 0) then 'not_shippable'
    else 'shipped' end;
  if v_outcome = 'shipped' then
    update public.orders as o set shipped_at = clock_timestamp(), tracking = p_tracking where o.id = p_order_id;
    perform private.write_mail(p_order_id, 'shipped');
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', clock_timestamp())
    || case v_outcome when 'not_found' then '{}' else jsonb_build_object('order', private.order_as_json(p_order_id)) end;
end;
$$;
comment on function public.mark_shipped(uuid, text) is
  'The order was sent off, with a tracking number or without; its shopper is told. Answers {serverNow, outcome, order}: shipped | already | not_shippable: not paid, cancelled, or all its money goes back | not_found. Locks the order. Idempotent.';

create function public.record_dispute(
  p_payment_intent_id text, p_event_id text default null, p_details jsonb default '{}', p_event_type text default null)
returns jsonb
language plpgsql
volatile
security definer -- writes orders, alerts and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_payment public.payments;
  v_outcome text;
begin
  perform private.set_cause('system:dispute');
  perform 1 from public.orders as o
  where o.id = private.order_of_intent(p_payment_intent_id) for no key update;
  select * into v_payment from public.payments as p where p.order_id = private.order_of_intent(p_payment_intent_id);
  v_outcome := case
    when v_payment.id is null then 'not_found'
    when exists (select 1 from public.payment_events as e where e.event_id = p_event_id) then 'duplicate_event'
    else 'recorded' end;
  if v_outcome = 'recorded' then
    update public.orders as o set disputed_at = clock_timestamp() where o.id = v_payment.order_id and o.disputed_at is null;
    perform private.open_alert('dispute', v_payment.id::text,
      coalesce(p_details, '{}') || jsonb_build_object('orderId', v_payment.order_id));
    if p_event_id is not null then
      insert into public.payment_events (event_id, type, payment_id, outcome)
      values (p_event_id, coalesce(p_event_type, ''), v_payment.id, v_outcome) on conflict (event_id) do nothing;
    end if;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', clock_timestamp(), 'orderId', v_payment.order_id);
end;
$$;
comment on function public.record_dispute(text, text, jsonb, text) is
  'Somebody disputes a payment at their bank: the order says so, and an alert is opened. p_details: figures and ids, no personal data. Answers {serverNow, outcome: recorded | duplicate_event | not_found, orderId}. Locks the order. Idempotent.';

create function public.note_event(p_event_id text, p_event_type text)
returns jsonb
language plpgsql
volatile
security definer -- writes events for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
begin
  if coalesce(p_event_id, '') = '' then
    perform private.raise_invalid_request('p_event_id says which event');
  end if;
  insert into public.payment_events (event_id, type, outcome) values (p_event_id, coalesce(p_event_type, ''), 'noted')
  on conflict (event_id) do nothing;
  return jsonb_build_object('outcome', case when found then 'noted' else 'duplicate_event' end,
                            'serverNow', clock_timestamp());
end;
$$;
comment on function public.note_event(text, text) is
  'Writes down an event that has no effect here. Answers {serverNow, outcome: noted | duplicate_event}. Locks nothing but the event''s row. Idempotent. Raises HF001 without an id.';
