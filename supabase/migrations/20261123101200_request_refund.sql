-- Asking for money to go back, in full or in part, and cancelling.

create function private.refundable_cents(p_payment public.payments)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce(p_payment.received_cents, 0) - (
    select coalesce(sum(f.amount_cents), 0) from public.refunds as f
    where f.payment_id = p_payment.id and f.status <> 'failed' and f.payment_intent_id is null);
end;
$$;
comment on function private.refundable_cents(public.payments) is 'What of a payment is neither back nor on its way, in minor units.';

create function private.unreturned_units(p_order_line_id uuid)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select l.quantity - coalesce((
      select sum(r.quantity) from public.refund_lines as r join public.refunds as f on f.id = r.refund_id
      where r.order_line_id = l.id and (f.status <> 'failed' or r.restock = 'restocked')), 0)
    from public.order_lines as l where l.id = p_order_line_id and l.location_id is not null);
end;
$$;
comment on function private.unreturned_units(uuid) is 'How many units of a line were sold and not refunded; null for a line that was not sold.';

create function private.write_refund(
  p_payment public.payments, p_amount_cents bigint, p_reason text, p_actor text, p_lines jsonb, p_now timestamptz)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_id uuid;
  v_is_free boolean := p_amount_cents = 0;
begin
  insert into public.refunds (order_id, payment_id, amount_cents, currency, reason, actor, status, settled_at, created_at)
  values (p_payment.order_id, p_payment.id, p_amount_cents, p_payment.received_currency, p_reason, p_actor,
          case when v_is_free then 'succeeded' else 'requested' end::public.refund_status,
          case when v_is_free then p_now end, p_now)
  returning id into v_id;
  insert into public.refund_lines (refund_id, order_line_id, quantity, restock, decided_at)
  select v_id, (l.line ->> 'orderLineId')::uuid, (l.line ->> 'quantity')::integer, l.line ->> 'restock',
         case when l.line ->> 'restock' <> 'undecided' then p_now end
  from jsonb_array_elements(p_lines) as l (line)
  order by l.line ->> 'orderLineId';
  if p_payment.payment_intent_id is null and not v_is_free then
    perform private.open_alert('refund_by_hand', v_id::text, jsonb_build_object(
      'orderId', p_payment.order_id, 'amountCents', p_amount_cents, 'currency', p_payment.received_currency));
  end if;
  return v_id;
end;
$$;
comment on function private.write_refund(public.payments, bigint, text, text, jsonb, timestamptz) is
  'Writes a refund with its lines, and restocks what is decided already. Where the money did not come by Stripe, somebody is alerted to give it back. The caller holds the locks of order and levels.';

create function private.lock_sold_order(p_order_id uuid)
returns public.payments
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_payment public.payments;
begin
  perform 1 from public.orders as o where o.id = p_order_id for no key update;
  select * into v_payment from public.payments as p where p.order_id = p_order_id for no key update;
  perform private.lock_levels(array(
    select distinct l.variant_id from public.order_lines as l where l.order_id = p_order_id and l.location_id is not null));
  return v_payment;
end;
$$;
comment on function private.lock_sold_order(uuid) is
  'Locks an order, its payment and the levels of what was sold with it, in this order, and answers the payment; null where there is none.';

create function private.check_refund_lines(p_lines jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_lines) is distinct from 'array'
     or exists (select 1 from jsonb_array_elements(p_lines) as l (line)
                where jsonb_typeof(l.line) <> 'object' or pg_input_is_valid(l.line ->> 'orderLineId', 'uuid') is not true
                   or pg_input_is_valid(l.line ->> 'quantity', 'integer') is not true
                   or coalesce(l.line ->> 'restock', '') not in ('undecided', 'restocked', 'kept_out'))
     or (select count(*) <> count(distinct (l.line ->> 'orderLineId')) from jsonb_array_elements(p_lines) as l (line)) then
    perform private.raise_invalid_request('p_lines has orderLineId, once each, quantity and restock');
  end if;
  if exists (select 1 from jsonb_array_elements(p_lines) as l (line) where (l.line ->> 'quantity')::integer < 1) then
    perform private.raise_invalid_request('p_lines has quantities of one unit and more');
  end if;
end;
$$;
comment on function private.check_refund_lines(jsonb) is 'Raises HF001 unless these are lines of a refund.';

create function public.request_refund(
  p_order_id uuid, p_lines jsonb, p_amount_cents bigint default null, p_includes_shipping boolean default false,
  p_reason text default 'requested', p_actor text default 'admin', p_idempotency_key text default null,
  p_body_hash text default null)
returns jsonb
language plpgsql
volatile
security definer -- writes refunds, stock and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_payment public.payments;
  v_order public.orders;
  v_amount bigint := p_amount_cents;
  v_refund_id uuid;
  v_answer jsonb;
  v_now timestamptz;
begin
  perform private.check_refund_lines(p_lines);
  perform private.check_idempotency_key(p_idempotency_key, p_body_hash);
  if p_reason is null or p_reason not in ('requested', 'cancelled') or coalesce(p_actor, '') = ''
     or p_includes_shipping is null or p_amount_cents < 0 then
    perform private.raise_invalid_request('p_reason is requested or cancelled, p_actor says who, no amount is below 0');
  end if;
  perform private.set_cause('admin:refund');
  v_payment := private.lock_sold_order(p_order_id);
  v_now := clock_timestamp();
  -- Keys of an order are its own: its lock keeps them apart, as a shopper's does elsewhere.
  v_answer := private.kept_answer(p_order_id, p_idempotency_key, p_body_hash, v_now);
  select * into v_order from public.orders as o where o.id = p_order_id;
  if v_answer is null and v_payment.id is null then
    v_answer := jsonb_build_object('outcome', 'not_found');
  elsif v_answer is null then
    if v_amount is null then
      select coalesce(sum(l.unit_price_cents::bigint * (r.line ->> 'quantity')::integer), 0)
             + case when p_includes_shipping then v_order.shipping_cents else 0 end into v_amount
      from jsonb_array_elements(p_lines) as r (line)
      join public.order_lines as l on l.id = (r.line ->> 'orderLineId')::uuid and l.order_id = p_order_id;
    end if;
    v_answer := case
      when v_order.status <> 'paid' or (v_amount = 0 and jsonb_array_length(p_lines) = 0)
        then jsonb_build_object('outcome', 'not_refundable', 'status', v_order.status)
      when v_amount > private.refundable_cents(v_payment)
           or exists (select 1 from jsonb_array_elements(p_lines) as r (line)
                      left join public.order_lines as l
                        on l.id = (r.line ->> 'orderLineId')::uuid and l.order_id = p_order_id
                      where (r.line ->> 'quantity')::integer > coalesce(private.unreturned_units(l.id), 0))
        then jsonb_build_object('outcome', 'exceeds', 'refundableCents', private.refundable_cents(v_payment)) end;
    if v_answer is null then
      v_refund_id := private.write_refund(v_payment, v_amount, p_reason, p_actor, p_lines, v_now);
      v_answer := jsonb_build_object('outcome', 'requested', 'refundId', v_refund_id);
      perform private.keep_answer(p_order_id, p_idempotency_key, p_body_hash, v_answer, v_now);
    end if;
  end if;
  perform private.set_cause('');
  return v_answer || jsonb_build_object('serverNow', v_now) || case when v_answer ->> 'outcome' = 'not_found' then '{}'
    else jsonb_build_object('order', private.order_as_json(p_order_id)) end;
end;
$$;
comment on function public.request_refund(uuid, jsonb, bigint, boolean, text, text, text, text) is
  'Owes the shopper money: what the lines cost, and shipping if it is included, or p_amount_cents. p_lines: [{orderLineId, quantity, restock: undecided | restocked | kept_out}]; none for money alone. Answers {serverNow, outcome, order}: requested {refundId}: to be done at Stripe | exceeds {refundableCents}: more money than was received, or more units than were sold, are or would be back | not_refundable {status}: the order is not paid, or this is about nothing | idempotency_mismatch | not_found. Locks the order, its payment, then the levels. Not idempotent without a key; p_idempotency_key with p_body_hash (both or none): answered again for 24 hours. Raises HF001 for anything malformed.';

create function public.cancel_order(p_order_id uuid, p_restock boolean default null, p_actor text default 'admin')
returns jsonb
language plpgsql
volatile
security definer -- writes refunds, stock and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_payment public.payments;
  v_order public.orders;
  v_refund_id uuid;
  v_outcome text;
  v_lines jsonb;
  v_now timestamptz;
begin
  if coalesce(p_actor, '') = '' then
    perform private.raise_invalid_request('p_actor says who');
  end if;
  perform private.set_cause('admin:cancel');
  v_payment := private.lock_sold_order(p_order_id);
  v_now := clock_timestamp();
  select * into v_order from public.orders as o where o.id = p_order_id;
  v_outcome := case
    when v_order.id is null then 'not_found'
    when v_order.status = 'pending' then 'payment_open'
    when v_order.status <> 'paid' or v_order.cancelled_at is not null then 'already'
    when v_order.shipped_at is not null then 'shipped'
    else 'cancelled' end;
  if v_outcome = 'cancelled' then
    update public.orders as o set cancelled_at = v_now where o.id = p_order_id;
    select coalesce(jsonb_agg(jsonb_build_object(
             'orderLineId', l.id, 'quantity', private.unreturned_units(l.id), 'restock', case p_restock
               when true then 'restocked' when false then 'kept_out' else 'undecided' end)), '[]') into v_lines
    from public.order_lines as l where l.order_id = p_order_id and private.unreturned_units(l.id) > 0;
    if v_lines <> '[]' or private.refundable_cents(v_payment) > 0 then
      v_refund_id := private.write_refund(
        v_payment, private.refundable_cents(v_payment), 'cancelled', p_actor, v_lines, v_now);
    end if;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', v_now) || case v_outcome
    when 'not_found' then '{}' when 'payment_open' then jsonb_build_object('paymentId', v_payment.id)
    else jsonb_build_object('refundId', v_refund_id, 'order', private.order_as_json(p_order_id)) end;
end;
$$;
comment on function public.cancel_order(uuid, boolean, text) is
  'Takes a paid order back that was not sent yet: all that is left of its money goes back, and its units back on the shelf (p_restock true), not (false), or somebody decides later (null). Answers {serverNow, outcome}: cancelled {refundId, order} | already {order} | shipped {order}: too late, refund it instead | payment_open {paymentId}: end its payment first | not_found. Locks the order, its payment, then the levels. Idempotent. Raises HF001 without an actor.';
